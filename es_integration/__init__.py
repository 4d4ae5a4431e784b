"""Everything that talks to a cluster or to the sidecar over HTTP; never imports `sidecar`."""

from es_integration.client import Ranking, SidecarClient
from es_integration.errors import (
    IntegrationError,
    LocalNodeFailed,
    LocalNodeUnavailable,
    NotDeployed,
    SidecarAnswerInvalid,
    SidecarError,
    SidecarRefused,
    SidecarUnreachable,
)
from es_integration.local_node import RERANK, SEARCH, Distribution, LocalOpenSearch, why_unavailable
from es_integration.opensearch import Wiring, install_flat, install_structured, remove
from es_integration.opensearch_bodies import (
    flat_connector,
    flat_pipeline,
    flat_search,
    structured_connector,
    structured_pipeline,
    structured_search,
)
from es_integration.opensearch_client import opensearch_client
from es_integration.sync_client import SyncSidecarClient

__all__ = [
    "RERANK",
    "SEARCH",
    "Distribution",
    "IntegrationError",
    "LocalNodeFailed",
    "LocalNodeUnavailable",
    "LocalOpenSearch",
    "NotDeployed",
    "Ranking",
    "SidecarAnswerInvalid",
    "SidecarClient",
    "SidecarError",
    "SidecarRefused",
    "SidecarUnreachable",
    "SyncSidecarClient",
    "Wiring",
    "flat_connector",
    "flat_pipeline",
    "flat_search",
    "install_flat",
    "install_structured",
    "opensearch_client",
    "remove",
    "structured_connector",
    "structured_pipeline",
    "structured_search",
    "why_unavailable",
]
