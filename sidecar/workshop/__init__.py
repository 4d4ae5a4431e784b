"""Everything that makes or measures and does not serve. The service never imports it.

demo             what reranking does to BM25's order
bench            how fast this machine reranks; beside other rerankers; a run's kernels
tune             the fastest layout on this machine
model            model folders: export, quantise, check, train
sidecar_process  the service in a process of its own, for those above and the tests
"""
