"""`rerank-sidecar plan`: from a measured node and a description of the traffic to replicas,
latencies, refusals and cost.

traffic          the traffic file, read and checked
node_model       a node's figures (of `bench load --json`) -> the time of any pair
popularity       which queries come again, and how many of them a node's cache knows
routing          which share of the traffic a node gets: at random, or by a hash of the query
arrivals         the queries that come to one node, by a seed
simulated_node   one node on a virtual clock: the real admission, cache, queue and run order
virtual_clock    that clock
simulated_work   its pairs, its runs, and the work beside them
cluster          several nodes -> latencies and refusals of all their queries
planning         how many replicas each rate needs, for the whole plan
extrapolation    what of it goes beyond the measurement
plan_tables      a Plan on the screen
plan_page        as one HTML file; plan_plots: its plots
"""
