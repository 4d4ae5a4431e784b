"""Everything that talks to a cluster or to the sidecar over HTTP; never imports `sidecar`."""

from es_integration.elasticsearch import ElasticsearchInstall, esql_rerank, retriever_search
from es_integration.errors import (
    ClusterRefused,
    IntegrationError,
    LocalNodeFailed,
    LocalNodeUnavailable,
    NotDeployed,
    SidecarAnswerInvalid,
    SidecarError,
    SidecarRefused,
    SidecarUnreachable,
    StillInUse,
)
from es_integration.local_node import (
    ELASTICSEARCH,
    RERANK,
    SEARCH,
    Distribution,
    LocalElasticsearch,
    LocalOpenSearch,
    why_unavailable,
)
from es_integration.opensearch import (
    OpenSearchInstall,
    Route,
    flat_search,
    structured_search,
)
from es_integration.sidecar_client.async_client import Ranking, SidecarClient
from es_integration.sidecar_client.sync_client import SyncSidecarClient
from es_integration.templates import plan_templates

__all__ = [
    "ELASTICSEARCH",
    "RERANK",
    "SEARCH",
    "ClusterRefused",
    "Distribution",
    "ElasticsearchInstall",
    "IntegrationError",
    "LocalElasticsearch",
    "LocalNodeFailed",
    "LocalNodeUnavailable",
    "LocalOpenSearch",
    "NotDeployed",
    "OpenSearchInstall",
    "Ranking",
    "Route",
    "SidecarAnswerInvalid",
    "SidecarClient",
    "SidecarError",
    "SidecarRefused",
    "SidecarUnreachable",
    "StillInUse",
    "SyncSidecarClient",
    "esql_rerank",
    "flat_search",
    "plan_templates",
    "retriever_search",
    "structured_search",
    "why_unavailable",
]
