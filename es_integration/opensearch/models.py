"""The remote model of a route: what would change, and the change."""

from collections.abc import Sequence
from functools import partial

from es_integration.cluster.calls import again
from es_integration.cluster.change import Change
from es_integration.cluster.procedure import Pause, Procedure
from es_integration.errors import ClusterRefused, NotDeployed
from es_integration.opensearch import bodies
from es_integration.opensearch import lookup as found
from es_integration.opensearch.bodies import Body
from es_integration.opensearch.calls import CALL_LIMIT_S, ask, ask_for
from es_integration.opensearch.lookup import Found
from es_integration.opensearch.spec import OpenSearchInstall, Route

MODEL = "remote model"
DEPLOYED = "DEPLOYED"
DEPLOY_LIMIT_S = 30.0
POLL_S = 0.1
DELETE_TRIES = 5


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


def model_removals(there: Sequence[Found]) -> list[Change]:
    """Takes models away, with their groups."""
    return [
        Change(MODEL, each.label, each.described, None, partial(_remove_model, each))
        for each in there
    ]


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


def _put_model(wanted: OpenSearchInstall, route: Route) -> Procedure[None]:
    name = wanted.pipeline(route)
    connector, *_ = yield from found.connectors(name)
    body = bodies.model(wanted, route, connector.id)
    there = yield from found.models(name)
    if there:
        del body["function_name"]  # It is the one thing that cannot be changed.
        yield from turn_over(there[0].id, body)
        return
    answer = yield from ask(
        lambda client: client.plugins.ml.register_model(
            body=body, params={"deploy": "true"}, request_timeout=CALL_LIMIT_S
        )
    )
    yield from deployed(str(answer["model_id"]))


def turn_over(model_id: str, body: Body) -> Procedure[None]:
    """Changes a model's body, its connector among it. Raises ClusterRefused, NotDeployed.

    Deployed anew: an update alone reaches the nodes a second later, or not at all when the
    model had failed to deploy."""
    yield from ask(lambda client: client.plugins.ml.update_model(model_id=model_id, body=body))
    yield from ask_for(lambda client: client.plugins.ml.undeploy_model(model_id=model_id))
    yield from ask(lambda client: client.plugins.ml.deploy_model(model_id=model_id))
    yield from deployed(model_id)


def _remove_model(model: Found) -> Procedure[None]:
    """A deployed model refuses deletion (400), and a search may deploy it again in between."""

    def removed() -> Procedure[None]:
        yield from ask_for(lambda client: client.plugins.ml.undeploy_model(model_id=model.id))
        yield from ask_for(lambda client: client.plugins.ml.delete_model(model_id=model.id))

    yield from again(removed, (POLL_S,) * (DELETE_TRIES - 1), (400,))
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
