"""`rerank-sidecar bench compare`: us and other rerankers on the same model and texts.

prepare       one model in the form that each of them takes (shipped, graphs)
environments  theirs, made once
opened        a row of kinds -> a contender in processes of its own (worker, served)
workloads     new texts for every round
measure       best batch sizes, then all over the same rounds in turn (usage: CPU and memory)
figures       rounds -> a Comparison (accuracy: error against torch fp32)
table, plot   a Comparison -> the screen, Markdown, a picture
"""
