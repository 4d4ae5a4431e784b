"""`model fit-head`: an encoder becomes a reranker by a few weights, without being trained.

fit_head       the command's run: pools -> means -> features -> weights -> checkpoint
information    how much each piece of a vocabulary says
pair_features  an encoder's means, and the features of pools, kept as they are made
listwise       the weights, by softmax regression over pools
held_out       what they are worth on pools that they were not fitted on, and the calibration
"""
