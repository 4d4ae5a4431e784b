"""`rerank-sidecar fit`: a profile's weights and caps from judgements.

fit               the whole run, from files to a profile
parameters        what of a profile may be fitted
weight_space      WeightSpace: the vectors that are allowed
slopes            logits of such vectors, and their gradient
pairwise          regularised logistic regression on pairs of documents
ascent            coordinate ascent on nDCG
cross_validation  fits that are measured on queries that they did not see
held_out_lift     the lift on such queries, and its interval
changes           what fitted weights change of a profile
tables            on the screen
"""
