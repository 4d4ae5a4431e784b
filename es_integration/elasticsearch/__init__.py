"""Elasticsearch with the sidecar behind inference endpoints, of reranking and of embeddings.

version    which versions of Elasticsearch have the inference service
calls      calls of the official client; their errors explained
endpoint   what to install, and the endpoint's body for each of the three inference services
embedding  the same for the endpoints that make vectors
embed_pipeline  the ingest pipeline that writes the vectors of documents
install    plans and applies endpoints and pipeline, or removes them
installed  whether an endpoint is there as it should be
embedder   whether the vectors of an encoder arrive
searches   the bodies of searches that use the endpoint: retriever and ES|QL
page_time  whether a page of hits is reranked in time
verify     checks each step between the cluster and the new order

verify -> embedder -> installed -> install -> version, embed_pipeline
embed_pipeline -> calls, embedding -> endpoint
verify -> searches, page_time
"""

from es_integration.elasticsearch.embedding import query_embed_id
from es_integration.elasticsearch.endpoint import ElasticsearchInstall, endpoint_body
from es_integration.elasticsearch.install import (
    install,
    install_async,
    plan_install,
    plan_uninstall,
    uninstall,
    uninstall_async,
)
from es_integration.elasticsearch.page_time import page_time
from es_integration.elasticsearch.searches import (
    DOCUMENT_FIELD,
    esql_rerank,
    hybrid_retriever,
    retriever_search,
)
from es_integration.elasticsearch.verify import (
    verify,
    verify_cluster,
    verify_cluster_async,
)

__all__ = [
    "DOCUMENT_FIELD",
    "ElasticsearchInstall",
    "endpoint_body",
    "esql_rerank",
    "hybrid_retriever",
    "install",
    "install_async",
    "page_time",
    "plan_install",
    "plan_uninstall",
    "query_embed_id",
    "retriever_search",
    "uninstall",
    "uninstall_async",
    "verify",
    "verify_cluster",
    "verify_cluster_async",
]
