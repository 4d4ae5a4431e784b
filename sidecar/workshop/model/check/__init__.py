"""`model check`: does the folder score as its source does, and what did quantisation cost?

checking           the whole check, from the folder to its manifest, card and plot
judged_collection  a collection with relevance judgements, read from a folder
collection_files   its files, in the forms that people have
candidates         BM25's best documents, where these are ranked and not the judged ones
bm25_baseline      BM25's scores on it
graph_scorers      what is measured: the folder's graphs, and a float graph on OpenVINO
reference          what they are compared with: the framework's logits or an fp32 graph's
logits             every scorer's logits on every set of pairs; an interrupted check resumes
parity             rank correlations and differences of two sets of logits
quality            nDCG@10 and MRR@10 with bootstrap intervals
rankers            the quality of every ranker on every collection
invariance         a pair's score alone, batched, padded and in another order
census             a graph's operators, and where they run
gate               does a quantised graph keep enough of the fp32 quality?
card, plot         the folder's README.md and its plot
speed              pairs/s per core
summary            the line that can be pasted
"""
