"""What a cluster can do: its version, and the search processors that its plugins bring."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from es_integration.cluster.encoder import Embedder
from es_integration.cluster.procedure import Procedure
from es_integration.errors import ClusterRefused
from es_integration.opensearch.calls import send
from es_integration.opensearch.spec import SINCE, Highlighter, Part, Route, Version

_PROCESSORS: Mapping[Part, frozenset[str]] = {
    Route.FLAT: frozenset({"rerank"}),
    Route.STRUCTURED: frozenset({"rerank", "ml_inference"}),
    Highlighter.SEMANTIC: frozenset({"rerank", "ml_inference"}),  # of the plugins that it needs
    Embedder.DOCUMENTS: frozenset({"ingest:text_embedding"}),
    Embedder.QUERIES: frozenset({"request:neural_query_enricher"}),
}
_WHAT: Mapping[type, str] = {
    Highlighter: "semantic highlighting",
    Embedder: "making vectors (--embed)",
}
"""What a cluster cannot do without the parts of these types."""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """A cluster's version and processors."""

    number: str
    """The version as the cluster reports it: "2.19.1"."""
    processors: frozenset[str]
    """The search response processors that every node has, and those of requests and of ingest
    pipelines as "request:..." and "ingest:..."."""

    @property
    def version(self) -> Version:
        """Major and minor."""
        major, minor = (int(part) for part in self.number.split(".")[:2])
        return major, minor

    @property
    def renames(self) -> bool:
        """Whether there is `rename_field`, of the module search-pipeline-common."""
        return "rename_field" in self.processors

    def lacks(self, part: Part) -> str | None:
        """Why the cluster cannot have the route or the highlighter; None when it can."""
        what = f"the {part} route" if isinstance(part, Route) else _WHAT[type(part)]
        if self.version < SINCE[part]:
            since = ".".join(map(str, SINCE[part]))
            return f"{what} needs OpenSearch {since} or newer, this is {self.number}"
        missing = sorted(_PROCESSORS[part] - self.processors)
        if not missing:
            return None
        return (
            f"{what} needs the processors {missing}, which not every node has:"
            " install the plugins opensearch-ml (ml-commons) and opensearch-neural-search"
        )


def read_capabilities() -> Procedure[Capabilities]:
    """The cluster's capabilities. Raises ClusterRefused when it is no OpenSearch."""
    info = (yield from send(lambda client: client.info()))["version"]
    if info.get("distribution") != "opensearch":
        raise ClusterRefused(f"this is not OpenSearch, but {info.get('number')} of something else")
    nodes = yield from send(lambda client: client.nodes.info(metric="search_pipelines,ingest"))
    processors = [_processors(node) for node in nodes["nodes"].values()]
    in_every_node = frozenset.intersection(*processors) if processors else frozenset()
    return Capabilities(str(info["number"]), in_every_node)


def _processors(node: Mapping[str, Any]) -> frozenset[str]:
    pipelines, ingest = node.get("search_pipelines", {}), node.get("ingest", {})
    return frozenset(
        prefix + processor["type"]
        for prefix, processors in (
            ("", pipelines.get("response_processors", ())),
            ("request:", pipelines.get("request_processors", ())),
            ("ingest:", ingest.get("processors", ())),
        )
        for processor in processors
    )
