"""`rerank-sidecar learn`: a model learns from judgements and clicks, and serves if it is better.

learn           one run, from files and a cluster to a model that serves, or does not
spec            its options

    what is learned from
click_source    users' clicks, and what a click model makes of them
evidence        judgements and clicks put together, with the weights of pairs
holding_out     which queries are held out, the same in every run
passages        hits as the model reads them
material        evidence and hits -> training rows and held-out queries
material_files  the same as files
inputs          digests of what was read
preparing       all of these, in a run's work folder

    what is made of it
making          train, export, quantise, calibrate, check; alone needs the extra `build`
measuring       the new model beside the one that serves and the first one
gate            whether it may serve
card            what the model's card says of the run

    what serves
home            where runs lie, and which one the name points to
runs            the ledger
taking          a run takes the name, or gives it back
tables          runs on the screen
errors          LearningError
"""
