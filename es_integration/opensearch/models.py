"""The remote model of a route: what would change, and how it is changed."""

from collections.abc import Sequence
from functools import partial

from es_integration.cluster.calls import retry
from es_integration.cluster.change import Change
from es_integration.cluster.procedure import Body, Pause, Procedure
from es_integration.errors import ClusterRefused, NotDeployed
from es_integration.opensearch import bodies, lookup
from es_integration.opensearch.calls import SLOW_CALL_TIMEOUT_S, send, send_ignoring_missing
from es_integration.opensearch.lookup import MLResource
from es_integration.opensearch.spec import OpenSearchInstall, Part

MODEL = "remote model"
DEPLOYED = "DEPLOYED"
DEPLOY_TIMEOUT_S = 30.0
POLL_S = 0.1
DELETE_ATTEMPTS = 5
DEPLOY_ATTEMPTS = 5
UPDATE_ATTEMPTS = 50


def model_change(
    spec: OpenSearchInstall,
    route: Part,
    connectors: Sequence[MLResource],
    existing: Sequence[MLResource],
) -> Change:
    """Makes the route's model match the spec: deployed, with the connector of its name.

    `connectors` and `existing` are the connectors and models of that name, newest first.
    """
    name = spec.pipeline(route)
    after = bodies.model(spec, route, connector_id=f"that of {name}")
    after |= {"model_state": DEPLOYED}
    before = None
    if existing:
        body = existing[0].body
        connector_id = str(body.get("connector_id"))
        if connectors and connector_id == connectors[0].id:
            connector_id = after["connector_id"]
        before = {key: body.get(key) for key in after}
        before |= {
            "function_name": str(body.get("algorithm")).lower(),
            "connector_id": connector_id,
        }
    return Change(MODEL, name, before, after, lambda: _put_model(spec, route))


def model_removals(existing: Sequence[MLResource]) -> list[Change]:
    """Deletes models, with their groups."""
    return [
        Change(MODEL, model.label, model.summary, None, partial(_remove_model, model))
        for model in existing
    ]


def redeploy(model_id: str, body: Body) -> Procedure[None]:
    """Updates a model, for example its connector, and deploys it again.

    An update alone reaches the nodes a second later, or never if the model had failed to deploy.
    A search that comes in between deploys the model too. The cluster refuses an update while it
    does (409), and the later one of two deployments (500, "version conflict"). Raises
    ClusterRefused, NotDeployed.
    """

    def update() -> Procedure[None]:
        yield from send(lambda client: client.plugins.ml.update_model(model_id=model_id, body=body))

    def deploy_anew() -> Procedure[None]:
        yield from send_ignoring_missing(
            lambda client: client.plugins.ml.undeploy_model(model_id=model_id)
        )
        yield from send(lambda client: client.plugins.ml.deploy_model(model_id=model_id))

    yield from retry(update, (POLL_S,) * (UPDATE_ATTEMPTS - 1), (409,))
    yield from retry(deploy_anew, (POLL_S,) * (DEPLOY_ATTEMPTS - 1), (500,))
    yield from wait_until_deployed(model_id)


def wait_until_deployed(model_id: str) -> Procedure[None]:
    """Returns once the model is deployed: registering and deploying answer before that.

    Raises NotDeployed, ClusterRefused.
    """
    state = ""
    for _ in range(round(DEPLOY_TIMEOUT_S / POLL_S)):
        answer = yield from send(lambda client: client.plugins.ml.get_model(model_id=model_id))
        state = str(answer.get("model_state"))
        if state == DEPLOYED:
            return
        yield Pause(POLL_S)
    raise NotDeployed(f"model {model_id} is {state} after {DEPLOY_TIMEOUT_S:.0f} s")


def _put_model(spec: OpenSearchInstall, route: Part) -> Procedure[None]:
    name = spec.pipeline(route)
    connector, *_ = yield from lookup.connectors(name)
    body = bodies.model(spec, route, connector.id)
    existing = yield from lookup.models(name)
    if existing:
        del body["function_name"]  # The only key that cannot be changed.
        yield from redeploy(existing[0].id, body)
        return
    answer = yield from send(
        lambda client: client.plugins.ml.register_model(
            body=body, params={"deploy": "true"}, request_timeout=SLOW_CALL_TIMEOUT_S
        )
    )
    yield from wait_until_deployed(str(answer["model_id"]))


def _remove_model(model: MLResource) -> Procedure[None]:
    """A deployed model refuses deletion (400), and a search may deploy it again in between."""

    def delete() -> Procedure[None]:
        yield from send_ignoring_missing(
            lambda client: client.plugins.ml.undeploy_model(model_id=model.id)
        )
        yield from send_ignoring_missing(
            lambda client: client.plugins.ml.delete_model(model_id=model.id)
        )

    yield from retry(delete, (POLL_S,) * (DELETE_ATTEMPTS - 1), (400,))
    yield from _remove_group(model)


def _remove_group(model: MLResource) -> Procedure[None]:
    """Registering a model creates a group of its name, which stays when the model is deleted."""
    group_id = str(model.body.get("model_group_id"))
    try:
        group = yield from send_ignoring_missing(
            lambda client: client.plugins.ml.get_model_group(model_group_id=group_id)
        )
        if group is not None and group.get("name") == model.body["name"]:
            yield from send_ignoring_missing(
                lambda client: client.plugins.ml.delete_model_group(model_group_id=group_id)
            )
    except ClusterRefused:
        return  # It holds another version, or is not ours to delete; an empty group does no harm.
