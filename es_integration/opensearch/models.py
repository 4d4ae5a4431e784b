"""Connector and remote model of a route: what would change, and the change.

A connector cannot be changed while a model that uses it is deployed, and ml-commons deploys an
undeployed model again at its next search. So a changed connector is a new one: the model is turned
over to it and deployed anew, and the old one goes. The model keeps its ID and searches go on.
"""

from collections.abc import Callable, Container, Sequence
from functools import partial
from typing import TypeVar

from es_integration.cluster.change import Change
from es_integration.cluster.procedure import Pause, Procedure
from es_integration.errors import ClusterRefused, NotDeployed
from es_integration.opensearch import bodies, found
from es_integration.opensearch.asking import CALL_LIMIT_S, ask, ask_for
from es_integration.opensearch.bodies import Body
from es_integration.opensearch.found import Found
from es_integration.opensearch.wanted import OpenSearchInstall, Route, Version

T = TypeVar("T")

CONNECTOR, MODEL = "connector", "remote model"
DEPLOYED = "DEPLOYED"
DEPLOY_LIMIT_S = 30.0
POLL_S = 0.1
CREATE_PAUSES_S = (1.0, 2.0, 4.0, 8.0)
"""The first connector of a cluster makes the master key too, and fails until its index is ready:
seen on 2.19.1 on a busy machine, `Fetching master key timed out`, then a 503 for the shard."""
DELETE_TRIES = 5
IN_USE = (409,)
"""What a connector that a model uses is refused deletion with."""
IN_USE_PAUSES_S = (0.1, 0.2, 0.4, 0.8, 1.6)
"""Longer than an index's usual second between two refreshes."""


def connector_change(
    wanted: OpenSearchInstall, route: Route, version: Version, there: Sequence[Found]
) -> Change:
    """Makes the route's connector what it shall be; `there` are those of its name."""
    after = bodies.connector(wanted, route, version)
    before = comparable(there[0].body, after) if there else None
    if before is not None and wanted.rotate_key:
        after = {**after, "credential": "written anew"}
    return Change(
        CONNECTOR,
        wanted.pipeline(route),
        before,
        after,
        lambda: _put_connector(wanted, route, version, there),
    )


def model_change(
    wanted: OpenSearchInstall, route: Route, connectors: Sequence[Found], there: Sequence[Found]
) -> Change:
    """Makes the route's model what it shall be: deployed, with the connector of its name."""
    name = wanted.pipeline(route)
    after = bodies.model(wanted, route, connector_id=f"that of {name}")
    after |= {"model_state": DEPLOYED}
    before = None
    if there:
        body = there[0].body
        used = str(body.get("connector_id"))
        if connectors and used == connectors[0].id:
            used = after["connector_id"]
        before = {key: body.get(key) for key in after}
        before |= {"function_name": str(body.get("algorithm")).lower(), "connector_id": used}
    return Change(MODEL, name, before, after, lambda: _put_model(wanted, route))


def removals(there: Sequence[Found], kind: str) -> list[Change]:
    """Takes connectors or models away."""
    remove = _remove_model if kind == MODEL else _remove_connector
    return [
        Change(kind, f"{each.body['name']} ({each.id})", _plain(each), None, partial(remove, each))
        for each in there
    ]


def comparable(there: Body, wanted: Body) -> Body:
    """What can be compared of a connector as the cluster shows it: no times, no defaults that
    the cluster put in, action types as they are sent."""
    config = {"max_retry_times": 0, **(there.get("client_config") or {})}
    actions = [
        {**action, "action_type": str(action.get("action_type")).lower()}
        for action in there.get("actions", ())
    ]
    body: Body = {**there, "actions": actions}
    if "client_config" in wanted:
        body["client_config"] = {key: config.get(key) for key in wanted["client_config"]}
    return {key: body.get(key) for key in wanted}


def deployed(model_id: str) -> Procedure[None]:
    """Waits: registering and deploying answer at once. Raises NotDeployed, ClusterRefused."""
    state = ""
    for _ in range(round(DEPLOY_LIMIT_S / POLL_S)):
        answer = yield from ask(lambda client: client.plugins.ml.get_model(model_id=model_id))
        state = str(answer.get("model_state"))
        if state == DEPLOYED:
            return
        yield Pause(POLL_S)
    raise NotDeployed(f"model {model_id} is {state} after {DEPLOY_LIMIT_S:.0f} s")


def _put_connector(
    wanted: OpenSearchInstall, route: Route, version: Version, old: Sequence[Found]
) -> Procedure[str | None]:
    body = bodies.connector(wanted, route, version) | bodies.credential(wanted)
    connector_id = yield from _create(body)
    turned: set[str] = set()

    def replaced(connector: Found) -> Procedure[None]:
        """A search finds a model that was just registered only after its index is refreshed; until
        it is turned over too, the old connector is refused deletion."""
        for model in (yield from found.models(wanted.pipeline(route))):
            if model.id not in turned:
                yield from _turn_over(model.id, {"connector_id": connector_id})
                turned.add(model.id)
        yield from _delete_connector(connector)

    remarks = []
    for each in old:
        remarks.append((yield from _unused(each, partial(replaced, each))))
    return "; ".join(filter(None, remarks)) or None


def _create(body: Body) -> Procedure[str]:
    answer = yield from _again(
        lambda: ask(
            lambda client: client.plugins.ml.create_connector(
                body=body, request_timeout=CALL_LIMIT_S
            )
        ),
        CREATE_PAUSES_S,
        range(500, 600),
    )
    return str(answer["connector_id"])


def _again(
    attempt: Callable[[], Procedure[T]], pauses_s: Sequence[float], passing: Container[int]
) -> Procedure[T]:
    """What the attempt returns. After a refusal with a status of `passing` it is made again, once
    after each pause. Raises ClusterRefused."""
    for pause_s in pauses_s:
        try:
            answer = yield from attempt()
        except ClusterRefused as refused:
            if refused.status not in passing:
                raise
        else:
            return answer
        yield Pause(pause_s)
    answer = yield from attempt()
    return answer


def _put_model(wanted: OpenSearchInstall, route: Route) -> Procedure[None]:
    name = wanted.pipeline(route)
    connector, *_ = yield from found.connectors(name)
    body = bodies.model(wanted, route, connector.id)
    there = yield from found.models(name)
    if there:
        del body["function_name"]  # It is the one thing that cannot be changed.
        yield from _turn_over(there[0].id, body)
        return
    answer = yield from ask(
        lambda client: client.plugins.ml.register_model(
            body=body, params={"deploy": "true"}, request_timeout=CALL_LIMIT_S
        )
    )
    yield from deployed(str(answer["model_id"]))


def _turn_over(model_id: str, body: Body) -> Procedure[None]:
    """Deployed anew: an update alone reaches the nodes a second later, or not at all when the
    model had failed to deploy."""
    yield from ask(lambda client: client.plugins.ml.update_model(model_id=model_id, body=body))
    yield from ask_for(lambda client: client.plugins.ml.undeploy_model(model_id=model_id))
    yield from ask(lambda client: client.plugins.ml.deploy_model(model_id=model_id))
    yield from deployed(model_id)


def _remove_connector(connector: Found) -> Procedure[str | None]:
    remark = yield from _unused(connector, partial(_delete_connector, connector))
    return remark


def _unused(connector: Found, delete: Callable[[], Procedure[None]]) -> Procedure[str | None]:
    """Deletes a connector that no model uses; says so where ml-commons will not have it.

    Until its index is refreshed, a model counts as using the connector that it had. And ml-commons
    looks for users by a match of analysed text, `MLModel.CONNECTOR_ID_FIELD` in its
    DeleteConnectorTransportAction (2.19.1, and the same in 3.x): `Zl-PF6IBoYSU7sT-63ni` has three
    words, and a model whose connector's ID shares one of them counts too, for good.
    """
    try:
        yield from _again(delete, IN_USE_PAUSES_S, IN_USE)
    except ClusterRefused as refused:
        if refused.status not in IN_USE or (yield from found.users(connector)):
            raise
        return (
            f"connector {connector.id} stays, and its key with it: no model seen here uses it, but"
            " OpenSearch compares IDs by words and takes another model for its user"
        )
    return None


def _delete_connector(connector: Found) -> Procedure[None]:
    yield from ask_for(lambda client: client.plugins.ml.delete_connector(connector_id=connector.id))


def _remove_model(model: Found) -> Procedure[None]:
    """A deployed model refuses deletion (400), and a search may deploy it again in between."""

    def removed() -> Procedure[None]:
        yield from ask_for(lambda client: client.plugins.ml.undeploy_model(model_id=model.id))
        yield from ask_for(lambda client: client.plugins.ml.delete_model(model_id=model.id))

    yield from _again(removed, (POLL_S,) * (DELETE_TRIES - 1), (400,))
    yield from _remove_group(model)


def _remove_group(model: Found) -> Procedure[None]:
    """Registering a model makes a group of its name, which stays when the model goes."""
    group = str(model.body.get("model_group_id"))
    try:
        there = yield from ask_for(
            lambda client: client.plugins.ml.get_model_group(model_group_id=group)
        )
        if there is not None and there.get("name") == model.body["name"]:
            yield from ask_for(
                lambda client: client.plugins.ml.delete_model_group(model_group_id=group)
            )
    except ClusterRefused:
        return  # It holds another version, or is not ours to delete; an empty group does no harm.


def _plain(each: Found) -> Body:
    return {"description": each.body.get("description"), "version": each.body.get("version")}
