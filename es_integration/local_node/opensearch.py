"""A temporary OpenSearch node on this machine.

with LocalOpenSearch(heap="1g", log=print) as node:
    client = OpenSearch(node.url)          # http://127.0.0.1:PORT, empty, gone afterwards
"""

from collections.abc import Mapping
from typing import ClassVar

from es_integration.local_node.distribution import Distribution
from es_integration.local_node.node import LocalNode
from es_integration.local_node.node import why_unavailable as why_distribution_unavailable
from es_integration.local_node.opensearch_distributions import RERANK


def why_unavailable(
    distribution: Distribution = RERANK, env: Mapping[str, str] | None = None
) -> str | None:
    """Why the node cannot run on this machine; None if it can. The default is OpenSearch with both
    rerank routes.

    Only looks at files: starts and fetches nothing.
    """
    return why_distribution_unavailable(distribution, env)


class LocalOpenSearch(LocalNode):
    """An OpenSearch node for the time of a `with` block."""

    default: ClassVar[Distribution] = RERANK
