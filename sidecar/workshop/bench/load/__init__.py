"""`rerank-sidecar bench load`: what the sidecar does with more work than it can do.

load_benchmark      a LoadSpec -> a LoadReport, by all of the below
plan                which requests come when: Poisson arrivals and bursts, of a mix of sizes
request_bytes       requests as bytes, made before the clock starts
generator           sends a plan on time, whatever comes back
outcomes            what came back -> figures of a step
node_measurement    how long pairs of each length take, for `plan`; node_figures: what it finds
bounds              the figures beside what they should be
load_tables         a LoadReport -> the screen; load_plot: a picture of it
simulated_sidecar   a sidecar whose model takes a known time and no CPU
"""
