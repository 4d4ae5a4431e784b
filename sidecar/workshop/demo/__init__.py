"""What reranking does to BM25's order, over a bundled catalogue and contract clauses.

collections    the bundled documents and queries
first_stage    BM25 in this process; embedded: outcomes with it
cluster        outcomes with a cluster, by pipelines (OpenSearch) or two_stage (Elasticsearch)
outcome        a query's hits in both orders; measure: their quality
show           a spec -> outcomes -> the screen, by outcome_tables
"""
