"""`rerank-sidecar evaluate`: what reranking brings on one's own queries, beside the first stage.

evaluate        the whole run, from files and clusters to an Evaluation

    the first stage
candidates      Hit, Candidates: what the first stage found
candidates_file the same from a file
search_body     a search body with placeholders for the query's text
first_stage     the same from a cluster
candidate_source  one of both, as the options say

    scores
configuration   Configuration: one way of reranking
hit_scorers     scores by a model in this process, or by a sidecar
state           scores that are kept, so that a rerun goes on
scoring         every hit of every query, by every configuration

    what they are worth; pure
orders          hits in the order of their scores, down to a depth
measures        nDCG, MRR, MAP, P and recall per query, by ir-measures
unjudged        how many documents nobody judged, and what they could change
inference       intervals, randomisation tests, Holm's correction, detectable differences
depth           how many hits are worth reranking
changes         the queries that gained and lost most, with their documents
cost            latency and price
outcome         Ranking, Comparison, Evaluation
assessment      all of these -> an Evaluation

    the report
summary_tables  on the screen
json_report     as JSON
plots           as SVG
html_report     as one HTML file
"""
