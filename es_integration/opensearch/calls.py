"""Calls of the official client, their refusals in words, and what the cluster says of itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from es_integration.cluster.calls import if_there, in_short
from es_integration.cluster.procedure import Call, Procedure
from es_integration.errors import ClusterRefused
from es_integration.opensearch.spec import SINCE, Route, Version

CALL_LIMIT_S = 60
"""For calls that may wait: the first connector of a cluster also makes two system indices."""

_PROCESSORS: Mapping[Route, frozenset[str]] = {
    Route.FLAT: frozenset({"rerank"}),
    Route.STRUCTURED: frozenset({"rerank", "ml_inference"}),
}


@dataclass(frozen=True, slots=True)
class Cluster:
    """What a cluster is and what its search pipelines can do."""

    number: str
    """As it says itself: "2.19.1"."""
    processors: frozenset[str]
    """The response processors that every node knows."""

    @property
    def version(self) -> Version:
        """Major and minor."""
        major, minor = (int(part) for part in self.number.split(".")[:2])
        return major, minor

    def lacks(self, route: Route) -> str | None:
        """Why the route cannot be had there, None where it can."""
        if self.version < SINCE[route]:
            since = ".".join(map(str, SINCE[route]))
            return f"the {route} route needs OpenSearch {since} or newer, this is {self.number}"
        missing = sorted(_PROCESSORS[route] - self.processors)
        if not missing:
            return None
        return (
            f"the {route} route needs the search processors {missing}, which not every node has:"
            " install the plugins opensearch-ml (ml-commons) and opensearch-neural-search"
        )


def ask(call: Call) -> Procedure[Any]:
    """What the call answers. Raises ClusterRefused."""
    from opensearchpy import OpenSearchException, TransportError

    try:
        answer = yield call
    except TransportError as error:
        status = error.status_code if isinstance(error.status_code, int) else 0
        raise ClusterRefused(_in_words(status, str(error)), status) from error
    except OpenSearchException as error:
        raise ClusterRefused(_in_words(0, str(error))) from error
    return answer


def ask_for(call: Call) -> Procedure[Any]:
    """What the call answers, None where what it asks for is not there. Raises ClusterRefused."""
    return if_there(ask(call))


def cluster() -> Procedure[Cluster]:
    """What answers. Raises ClusterRefused where that is no OpenSearch."""
    info = (yield from ask(lambda client: client.info()))["version"]
    if info.get("distribution") != "opensearch":
        raise ClusterRefused(f"this is not OpenSearch, but {info.get('number')} of something else")
    nodes = yield from ask(lambda client: client.nodes.info(metric="search_pipelines"))
    known = [_response_processors(node) for node in nodes["nodes"].values()]
    return Cluster(str(info["number"]), frozenset.intersection(*known) if known else frozenset())


def _response_processors(node: Mapping[str, Any]) -> frozenset[str]:
    pipelines = node.get("search_pipelines", {})
    return frozenset(each["type"] for each in pipelines.get("response_processors", ()))


def _in_words(status: int, said: str) -> str:
    reason = in_short(said)
    if "Error from remote service" in said:  # The sidecar's status, passed on as it is.
        return f"the sidecar answered {status}: {reason}"
    if status == 0:
        return f"OpenSearch gave no answer: {reason}"
    if status == 401:
        return f"OpenSearch does not know these credentials: {reason}"
    if status == 403:
        return (
            f"these credentials may not do it: {reason}. Needed: cluster:admin/opensearch/ml/*,"
            " cluster:admin/search/pipeline/*, cluster:admin/settings/update, cluster:monitor/* and"
            " indices:monitor/settings/get"
        )
    return f"OpenSearch refused with {status}: {reason}"
