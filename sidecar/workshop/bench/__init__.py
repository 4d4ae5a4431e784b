"""`rerank-sidecar bench`: how fast this machine reranks, beside bare loops over the same graph.

benchmark          a BenchSpec -> a Report, by all of the below
workload           texts -> rounds of requests
sidecar_over_http  one round through the sidecar: request times, and the time of each stage
served_quality     nDCG of the orders that it gives
bare_loops         the same round through onnxruntime alone
interleaving       all variants round by round, in changing order
overhead           CPU time of the request path without the model
tokenizing_cost    the request path's tokenising beside the library's own
profile_cost       CPU time of a profile: fields, signals, rules
profile_documents  what it is measured on: products, feeds, decisions
feed_forms         the products as platforms export them
machine            the machine that was measured; memory of a process
report             measured values -> a Report
spread             medians, bounds and percentiles of measured values
report_tables      a Report -> the screen
json_figures       the figures of any command -> a JSON file
compare/           `bench compare`: the sidecar and other rerankers on the same model
load/              `bench load`: more work than the machine can do
kernels/           `bench kernels`: where the time of a run goes
"""
