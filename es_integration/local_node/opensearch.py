"""A throw-away OpenSearch node on this machine, for tests and demonstrations.

with LocalOpenSearch(heap="1g", log=print) as node:
    client = OpenSearch(node.url)          # http://127.0.0.1:PORT, empty, gone afterwards
"""

from collections.abc import Mapping
from typing import ClassVar

from es_integration.local_node.distribution import Distribution
from es_integration.local_node.node import LocalNode, why_no_node
from es_integration.local_node.opensearch_distributions import RERANK


def why_unavailable(
    distribution: Distribution = RERANK, env: Mapping[str, str] | None = None
) -> str | None:
    """Why no node can be had here, or None; without an argument it is OpenSearch with both rerank
    routes. Cheap: looks at files, starts and fetches nothing."""
    return why_no_node(distribution, env)


class LocalOpenSearch(LocalNode):
    """An OpenSearch node for the time of a `with` block."""

    default: ClassVar[Distribution] = RERANK
