"""Two-stage search over the official clients: the cluster retrieves, the sidecar reranks.

For applications that do not want a pipeline or an inference endpoint in their cluster, and for
Elasticsearch without the licence that its own rerank retriever needs.

wish       what a caller may ask for: Rerank, Knn
page       which hits a page needs, and the answer that it becomes
bodies     what either engine is sent
source     `_source` filters: the fields for the model, without changing what the caller gets
fusion     two result lists made one (reciprocal rank fusion)
two_stage  the conversation, for sync and async clients
"""

from es_integration.search.options import Knn, Rerank
from es_integration.search.two_stage import two_stage_search, two_stage_search_async

__all__ = ["Knn", "Rerank", "two_stage_search", "two_stage_search_async"]
