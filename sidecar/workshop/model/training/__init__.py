"""Training: groups of documents around a query, a teacher, and a loop over them.

training_job     `model train`: data, teacher, pruning and the run
judged_queries   pairs or graded judgements, read from files
group            what is learned from: a query, documents and their target distribution
negatives        judged queries -> groups, with mined negatives
teacher          hard negatives and soft labels by BM25 and a sentence encoder
domains          a file that names the encoders which teach each source
domain_teachers  soft labels by those encoders; cosines are computed once
starting_model   what training starts from: an encoder, a reranker, or a model folder
prune            fewer layers, a smaller vocabulary (chosen by `workshop.model.vocabulary`)
batches          groups -> padded tensors
loop             the optimiser's steps; an interrupted run resumes
train            one run over prepared groups; writes the checkpoint
held_out         the network on held-out groups
calibrate        temperature and bias of the scores
plot             the loss curve
average          the mean of several checkpoints

The shipped model's own groups come from `sidecar.workshop.model.recipe`.
"""
