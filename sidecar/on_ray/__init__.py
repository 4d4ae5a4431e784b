"""The same work on more than one machine, by Ray (extra `ray`).

cluster      Ray for the time of a command: started here, or the cluster that is there
actors       a model in an actor
dataset      `rerank_dataset`: the hits of a Ray Dataset, reranked
file         `rerank-file --ray`: the rows of a file, ranked on many machines, checked here
file_blocks  the file as a Ray Dataset, and what an actor makes of a block

Ray places the work, holds it back, spills it to disk and does it again where a machine is lost.
Nothing here does that; what is here says what the work is, and checks that each row came once.
"""
