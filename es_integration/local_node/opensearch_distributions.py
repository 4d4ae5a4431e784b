"""The OpenSearch nodes that can be put together: each version, with and without rerank plugins."""

from es_integration.local_node import opensearch_2_19, opensearch_3_6
from es_integration.local_node.distribution import Distribution

_ML_COMMONS_SETTINGS = (
    "plugins.ml_commons.only_run_on_ml_node: false",
    "plugins.ml_commons.connector.private_ip_enabled: true",
    "plugins.ml_commons.trusted_connector_endpoints_regex:"
    ' ["^http://127\\\\.0\\\\.0\\\\.1:[0-9]+/.*$"]',
    # A laptop with little free memory is no reason to refuse a remote model.
    "plugins.ml_commons.native_memory_threshold: 100",
    "plugins.ml_commons.jvm_heap_memory_threshold: 100",
)

SEARCH = Distribution(
    opensearch_2_19.RELEASE,
    "opensearch-search",
    opensearch_2_19.SERVER,
    opensearch_2_19.MODULES,
    (opensearch_2_19.KNN,),
)
"""Lexical and vector search, no rerank processors."""

RERANK = Distribution(
    opensearch_2_19.RELEASE,
    "opensearch-rerank",
    opensearch_2_19.SERVER,
    opensearch_2_19.MODULES,
    opensearch_2_19.RERANK_PLUGINS,
    settings=_ML_COMMONS_SETTINGS,
)
"""Both rerank routes: `rerank.ml_opensearch` and `ml_inference` with `rerank.by_field`."""

SEARCH_3 = Distribution(
    opensearch_3_6.RELEASE,
    "opensearch-search",
    opensearch_3_6.SERVER,
    plugins=(opensearch_3_6.KNN,),
)
"""As SEARCH, of OpenSearch 3."""

RERANK_3 = Distribution(
    opensearch_3_6.RELEASE,
    "opensearch-rerank",
    opensearch_3_6.SERVER,
    plugins=opensearch_3_6.RERANK_PLUGINS,
    settings=_ML_COMMONS_SETTINGS,
)
"""As RERANK, of OpenSearch 3."""

SEARCH_BY_VERSION = {node.release.version: node for node in (SEARCH, SEARCH_3)}
RERANK_BY_VERSION = {node.release.version: node for node in (RERANK, RERANK_3)}
