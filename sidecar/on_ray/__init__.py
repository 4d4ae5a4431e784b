"""The same work on more than one machine, by Ray (extra `ray`).

cluster      Ray for the time of a command: started here, or the cluster that is there
actors       a model in an actor
dataset      `rerank_dataset`: the hits of a Ray Dataset, reranked
file         `rerank-file --ray`: the rows of a file, ranked on many machines, checked here
file_blocks  the file as a Ray Dataset, and what an actor makes of a block

application  `build`: the service as a Ray Serve application
replica      the service as it is, behind Serve's proxy; gateway: which replica, by the model
exchange     requests and answers on their way between them
queue_time   autoscaling by the time that a new pair would wait

Ray places the work, holds it back, spills it to disk and does it again where a machine is lost.
Nothing here does that; what is here says what the work is, and checks that each row came once.
"""
