"""Throw-away search nodes on this machine. `LocalOpenSearch` is the one there is so far.

What any node needs is apart from what OpenSearch needs: `artifacts` fetches and verifies, `cache`
keeps, `java` and `accounts` look at the machine, `process` starts and stops; `opensearch` and
`opensearch_parts` alone know the product.
"""

from es_integration.local_node.opensearch import LocalOpenSearch, why_unavailable
from es_integration.local_node.opensearch_parts import RERANK, SEARCH, Distribution

__all__ = ["RERANK", "SEARCH", "Distribution", "LocalOpenSearch", "why_unavailable"]
