"""Everything that talks to a search cluster, or to the sidecar over HTTP; never imports `sidecar`.

sidecar_client  the sidecar's HTTP client, with retries, async and sync
search          two-stage search: the cluster retrieves, the sidecar reranks
cluster         what both search engines share: clients, procedures, changes, checks
elasticsearch   installs and verifies an inference endpoint; bodies of searches that use it
opensearch      installs and verifies connectors, models and search pipelines; bodies of searches
ubi             what searches showed and users did, in files or in the cluster
templates       installs the index templates and ingest pipelines of `mappings`
cluster_spec    what a cluster should have, for either search engine
deployment      templates and the search engine's part together, as the command line installs them
local_node      temporary search nodes on this machine, for tests and demonstrations
errors          the error tree

deployment -> cluster_spec, templates      cluster_spec -> elasticsearch, opensearch -> cluster
search -> cluster, sidecar_client
"""

from es_integration.cluster.encoder import Encoder, served_encoder
from es_integration.cluster.page_sample import TypicalSearch
from es_integration.elasticsearch import ElasticsearchInstall, esql_rerank, retriever_search
from es_integration.errors import (
    ClusterRefused,
    IntegrationError,
    LocalNodeFailed,
    LocalNodeUnavailable,
    NoEncoder,
    NotDeployed,
    PipelineConflict,
    SidecarAnswerInvalid,
    SidecarError,
    SidecarRefused,
    SidecarUnreachable,
    StillInUse,
    VectorConflict,
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
from es_integration.sidecar_client import Ranking, SidecarClient, SyncSidecarClient
from es_integration.templates import plan_templates

__all__ = [
    "ELASTICSEARCH",
    "RERANK",
    "SEARCH",
    "ClusterRefused",
    "Distribution",
    "ElasticsearchInstall",
    "Encoder",
    "IntegrationError",
    "LocalElasticsearch",
    "LocalNodeFailed",
    "LocalNodeUnavailable",
    "LocalOpenSearch",
    "NoEncoder",
    "NotDeployed",
    "OpenSearchInstall",
    "PipelineConflict",
    "Ranking",
    "Route",
    "SidecarAnswerInvalid",
    "SidecarClient",
    "SidecarError",
    "SidecarRefused",
    "SidecarUnreachable",
    "StillInUse",
    "SyncSidecarClient",
    "TypicalSearch",
    "VectorConflict",
    "esql_rerank",
    "flat_search",
    "plan_templates",
    "retriever_search",
    "served_encoder",
    "structured_search",
    "why_unavailable",
]
