"""`rerank-sidecar tune`: the fastest layout on this machine, measured and kept.

candidates  machine -> layouts worth trying
texts       what is scored
trial       a layout at work, timed
measure     trials beside each other
contention  what others took of the cores meanwhile
paired      two trials' rates -> is one faster?
others      what the settings could name instead
run         spec -> report; the winner goes into its file (engine/tuned)
table       report -> the screen
"""
