"""`rerank-sidecar bench`: how fast this machine reranks, beside bare loops over the same graph.

workload   texts -> rounds of requests
over_http  a round through the sidecar: request times, and where the sidecar spent them
bare       the same round through onnxruntime alone
rounds     all of them round by round, in changing order
overhead   CPU time of what is not the model
tokenizing the request path's tokenising beside the library's own
structured CPU time that profiles cost
machine    which machine it was; the server's memory
figures    measured values -> a Report
table      a Report -> the screen
compare/   the subcommand `compare`: us and other rerankers on the same model
kernels/   the subcommand `kernels`: where a run's time goes, and its products beside bare ones
"""
