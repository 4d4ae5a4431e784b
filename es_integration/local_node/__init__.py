"""Throw-away search nodes on this machine: `LocalOpenSearch` and `LocalElasticsearch`.

What any node needs is apart from what a product needs: `artifacts` fetches and verifies, `cache`
keeps, `java` and `accounts` look at the machine, `assembly` lays the files out, `process` starts
and stops, `node` is all of it in one `with`; `opensearch`, `opensearch_parts` and `elasticsearch`
alone know their product.
"""

from es_integration.local_node.distribution import Distribution
from es_integration.local_node.elasticsearch import ELASTICSEARCH, LocalElasticsearch
from es_integration.local_node.node import LocalNode
from es_integration.local_node.opensearch import LocalOpenSearch, why_unavailable
from es_integration.local_node.opensearch_distributions import RERANK, SEARCH

__all__ = [
    "ELASTICSEARCH",
    "RERANK",
    "SEARCH",
    "Distribution",
    "LocalElasticsearch",
    "LocalNode",
    "LocalOpenSearch",
    "why_unavailable",
]
