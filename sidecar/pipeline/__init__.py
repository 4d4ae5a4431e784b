"""From a RankRequest to a RankResult.

registry          the models of a process by name  -> their pipelines
model_names       which model a request means; model_sources: the folders that are to be served
model_opener      a model folder -> a model that may take a name; live_model
model_changes     load, unload, reload, sleep and wake
rerank_pipeline   the request path, top to bottom; the others are its steps
embed_pipeline    the path of an embedding request
served_model      a model as requests know it
ranking_config    profiles and hooks
profile_calibrations  which models a profile's calibration allows; profile_encoders: which it needs
deadline          how long a request may take

estimate          about how many tokens a request costs, before any text is read
preparer          a request -> pairs and parts, in threads
preparation       documents -> passages, and every part of a logit but the model's
passage_pairs     passages -> pairs: whole, cut, in windows, a field alone; fit: which of these
legibility        texts that the model cannot read
per_query         pairs with a query each: a ranking per query, one result
special_queries   blank and very long queries
fallback          what answers when the model fails: a stand-in, lexical, given_order
model_health      whether a model answers: its breaker, and the probe that closes it
diversifying      an order of documents that are not all alike
threshold         what `min_score` leaves out
scoring           admitted, prepared, shortened, scored
encoded_cosines   signals whose vectors an encoder makes; encoded_texts: what it reads
effect            what reranking did to the first stage's order
partial           at the deadline: what is scored by then; given_order: the rest
time_budget       fewer windows of long documents when the deadline is near
scored_documents  the pairs' logits -> documents
second_pass       explanations and spans: coalitions, spans
span_search       spans alone, for a search engine's highlighter
"""
