"""`model check`: is the model folder what its source is, and what did quantising cost?

judged      a collection with judgements, read from a folder
bm25        the baseline
quality     nDCG@10 and MRR@10 of rankers, with bootstrap intervals
parity      a graph's logits beside the framework's
invariance  a pair alone, in company, padded, permuted
census      the operators of a graph, and where they would run
reference   the fp32 logits to compare with
scorers     the folder's graphs, and what OpenVINO makes of one
scoring     their logits on every set of pairs
gate        may the int8 graph stand for the fp32 graph?
plot, card  README.md of the folder
run         all of it, into the manifest
"""
