"""Two-stage search over the official clients: the cluster retrieves, the sidecar reranks.

For applications that want no pipeline or inference endpoint in their cluster, and for Elasticsearch
without the licence that its own rerank retriever needs.

options       what a caller can set: `Rerank`, `Knn`
page          which hits a page needs, and the answer with the page's hits in their new order
source        `_source` filters: fetch the model's fields without changing what the caller gets
bodies        the first stage's search bodies for either search engine
fusion        reciprocal rank fusion of two result lists
query_vector  the vector of the text, made by the sidecar where the caller gives none
first_stage   what the cluster finds
second_stage  the hits reranked, by one way or by several, interleaved
trial         experiments: which arm a search is in
exposure      what a search showed, for the log
two_stage     the search itself, for sync and async clients

two_stage -> first_stage -> bodies -> page, source, options      first_stage -> fusion
two_stage -> exposure -> trial -> second_stage -> page
"""

from es_integration.search.options import Knn, Rerank
from es_integration.search.trial import Experiments, Trial
from es_integration.search.two_stage import two_stage_search, two_stage_search_async

__all__ = ["Experiments", "Knn", "Rerank", "Trial", "two_stage_search", "two_stage_search_async"]
