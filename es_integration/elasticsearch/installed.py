"""Whether an endpoint is installed as it should be, and what to do where it fails."""

from es_integration.cluster.change import Change, no_op
from es_integration.cluster.check import Check
from es_integration.cluster.procedure import Procedure
from es_integration.elasticsearch.endpoint import Endpoint, comparable
from es_integration.elasticsearch.install import KIND, find_endpoint
from es_integration.errors import ClusterRefused

Step = Procedure[tuple[list[Check], bool]]
"""Some checks, and whether the steps after them can be tried."""


def installed(name: str, endpoint: Endpoint) -> Step:
    """The check `name`: the cluster has the endpoint, with these settings."""
    try:
        found = yield from find_endpoint(endpoint.task_type, endpoint.id)
    except ClusterRefused as refused:
        return [Check(name, False, refused.message)], False
    if found is None:
        return [Check(name, False, f"there is no {endpoint.id}: install it")], False
    difference = Change(KIND, endpoint.id, comparable(found), endpoint.public, no_op).diff()
    if difference:
        detail = f"{endpoint.id} differs from the options: install it again\n{difference}"
        return [Check(name, False, detail)], True
    return [Check(name, True, f"{endpoint.id} calls {endpoint.calls}")], True


def with_advice(refused: ClusterRefused, url: str) -> str:
    """The refusal of a call through an endpoint to `url`, followed by what to do about it."""
    if "licence" in refused.message:
        return refused.message
    return (
        f"{refused.message}. The nodes call {url}: try it from a node, with the key; 401 is "
        "a wrong key, 403 one without the scope `rerank`, 404 a wrong path or profile, 429 an "
        "overloaded sidecar or a used quota"
    )
