"""`rerank-sidecar demo`: what reranking does to BM25's order, for two bundled collections.

spec                     what to show: a DemoSpec
demonstration            a DemoSpec -> outcomes -> the screen
collections              the bundled documents and judged queries
embedded                 outcomes by BM25 in this process (bm25_index) and the sidecar over HTTP
cluster                  outcomes in a cluster, by one of the next two
opensearch_pipelines     searches through OpenSearch's search pipelines
elasticsearch_two_stage  two-stage search in Elasticsearch
demo_index               a collection in an index of its own, while the demo runs
outcome                  a query's hits in both orders, and the times
quality                  nDCG and MRR of both orders
outcome_tables           outcomes and their summary as tables
"""
