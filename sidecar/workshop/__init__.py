"""What makes and measures models, and does not serve. The service never imports it.

demo/            BM25's order beside the reranked one
bench/           how fast this machine reranks, alone and beside other rerankers
tune/            the fastest layout on this machine
scored_hits/     hits that a model scored once, part by part, beside their judgements
fitting/         a profile's weights from judgements
calibrating/     scores that are probabilities
learning/        a model learns from judgements and clicks, and serves if it is better
planning/        how many replicas a described traffic needs, and what they cost
evaluation/      what reranking brings on one's own queries
bulk/            every row of a file of queries, reranked
judgements/      relevance judgements in the formats of others
clicks/          judgements from what users clicked
llm_judge/       judgements of a language model, if it agrees with given ones
profile_check/   what a profile reads of a user's own documents
model/           model folders: export, quantise, check, train
models_admin     `/admin/models` of a service that runs
sidecar_process  the service in a process of its own, for all of these and the tests
state_file       results that are kept as they come, so that a command goes on
jsonl            JSON lines from files that may be compressed
figure_table     tables of figures on the screen
html_page        reports as one HTML file; svg_plot: their plots
progress         the current step on the screen
counted          numbers with their nouns
server_timing    stage times of the sidecar's answers
"""
