"""What makes an Elasticsearch cluster rerank by the sidecar itself.

endpoint   the inference endpoint's body for each of the three services that take an address
searches   the retriever's body and ES|QL's text
install    install, uninstall: what would change, and the change
verify     each link from the cluster to the new order
asking     calls, and refusals in words
"""

from es_integration.elasticsearch.endpoint import ElasticsearchInstall, endpoint_body
from es_integration.elasticsearch.install import (
    install,
    install_async,
    plan_install,
    plan_uninstall,
    uninstall,
    uninstall_async,
)
from es_integration.elasticsearch.searches import DOCUMENT_FIELD, esql_rerank, retriever_search
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
    "install",
    "install_async",
    "plan_install",
    "plan_uninstall",
    "retriever_search",
    "uninstall",
    "uninstall_async",
    "verify",
    "verify_cluster",
    "verify_cluster_async",
]
