"""A temporary OpenSearch node on this machine.

with LocalOpenSearch(heap="1g", log=print) as node:
    client = OpenSearch(node.url)          # http://127.0.0.1:PORT, empty, gone afterwards
"""

from collections.abc import Mapping
from typing import ClassVar

from es_integration.errors import LocalNodeUnavailable
from es_integration.local_node.artifacts import Log
from es_integration.local_node.distribution import Distribution
from es_integration.local_node.node import START_TIMEOUT_S, LocalNode
from es_integration.local_node.node import why_unavailable as why_distribution_unavailable
from es_integration.local_node.opensearch_distributions import RERANK, RERANK_BY_VERSION


def why_unavailable(
    distribution: Distribution = RERANK, env: Mapping[str, str] | None = None
) -> str | None:
    """Why the node cannot run on this machine; None if it can. The default is OpenSearch with both
    rerank routes.

    Only looks at files: starts and fetches nothing.
    """
    return why_distribution_unavailable(distribution, env)


class LocalOpenSearch(LocalNode):
    """An OpenSearch node for the time of a `with` block.

    `version` is a key of RERANK_BY_VERSION. The default is 2.19.1 and not the newest, because its
    Java (11 to 23) is in every Linux distribution: 3.6.0 needs 21, which Debian 12 lacks.
    `distribution`, where given, decides instead.
    """

    default: ClassVar[Distribution] = RERANK

    def __init__(
        self,
        *,
        version: str = RERANK.release.version,
        heap: str = "1g",
        log: Log = lambda line: None,
        distribution: Distribution | None = None,
        start_timeout_s: float = START_TIMEOUT_S,
    ) -> None:
        if distribution is None and version not in RERANK_BY_VERSION:
            versions = ", ".join(RERANK_BY_VERSION)
            raise LocalNodeUnavailable(
                f"OpenSearch {version} cannot be put together here; the versions are {versions}"
            )
        super().__init__(
            heap=heap,
            log=log,
            distribution=distribution or RERANK_BY_VERSION[version],
            start_timeout_s=start_timeout_s,
        )
