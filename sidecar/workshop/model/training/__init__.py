"""Training: Groups of documents around a query, a teacher, and a loop over them.

    group       a query with its documents, what is known of them, and what a teacher thinks
    read        pairs or graded judgements from files
    teacher     hard negatives by BM25 and by an encoder; its opinions
    negatives   judgements -> Groups
    start       what the training starts from: an encoder, a reranker, a model folder
    prune       fewer layers, a smaller vocabulary
    batches     Groups -> padded tensors
    loop        the optimiser's way over them
    held_out    what the model does with Groups that it has not seen
    run         all of it, resumable; writes the checkpoint
    average     the mean of several checkpoints

The shipped model's own Groups are made in `sidecar.workshop.model.recipe`.
"""
