"""The connector of a route: what would change, and the change.

A connector cannot be changed while a model that uses it is deployed, and ml-commons deploys an
undeployed model again at its next search. So a changed connector is a new one: the model is turned
over to it and deployed anew, and the old one goes. The model keeps its ID and searches go on.
"""

from collections.abc import Callable, Sequence
from functools import partial

from es_integration.cluster.calls import again
from es_integration.cluster.change import Change
from es_integration.cluster.procedure import Procedure
from es_integration.errors import ClusterRefused
from es_integration.opensearch import bodies
from es_integration.opensearch import lookup as found
from es_integration.opensearch.bodies import Body
from es_integration.opensearch.calls import CALL_LIMIT_S, ask, ask_for
from es_integration.opensearch.lookup import Found
from es_integration.opensearch.models import turn_over
from es_integration.opensearch.spec import OpenSearchInstall, Route, Version

CONNECTOR = "connector"
CREATE_PAUSES_S = (1.0, 2.0, 4.0, 8.0)
"""The first connector of a cluster makes the master key too, and fails until its index is ready:
seen on 2.19.1 on a busy machine, `Fetching master key timed out`, then a 503 for the shard."""
IN_USE = (409,)
"""What a connector that a model uses is refused deletion with."""
IN_USE_PAUSES_S = (0.1, 0.2, 0.4, 0.8, 1.6)
"""Longer than an index's usual second between two refreshes."""


def connector_change(
    wanted: OpenSearchInstall,
    route: Route,
    version: Version,
    there: Sequence[Found],
    *,
    used: bool,
) -> Change:
    """Makes the route's connector what it shall be; `there` are those of its name.

    One that is not `used` by a model of its name is left of something else, with a key that may be
    any: it counts as another.
    """
    after = bodies.connector(wanted, route, version)
    before = comparable(there[0].body, after) if there else None
    if before is not None and (wanted.rotate_key or not used):
        after = {**after, "credential": "written anew"}
    return Change(
        CONNECTOR,
        wanted.pipeline(route),
        before,
        after,
        lambda: _put_connector(wanted, route, version),
    )


def connector_removals(there: Sequence[Found]) -> list[Change]:
    """Takes connectors away; models of their names that are left use the newest other one."""
    return [
        Change(CONNECTOR, each.label, each.described, None, partial(_remove_connector, each))
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


def _put_connector(wanted: OpenSearchInstall, route: Route, version: Version) -> Procedure[None]:
    """Makes a new one and turns the models of its name over to it."""
    connector_id = yield from _create(
        bodies.connector(wanted, route, version) | bodies.credential(wanted)
    )
    for model in (yield from found.models(wanted.pipeline(route))):
        yield from turn_over(model.id, {"connector_id": connector_id})


def _create(body: Body) -> Procedure[str]:
    answer = yield from again(
        lambda: ask(
            lambda client: client.plugins.ml.create_connector(
                body=body, request_timeout=CALL_LIMIT_S
            )
        ),
        CREATE_PAUSES_S,
        range(500, 600),
    )
    return str(answer["connector_id"])


def _remove_connector(old: Found) -> Procedure[str | None]:
    name = str(old.body["name"])

    def removed() -> Procedure[None]:
        """A search finds a model that was just registered only after its index is refreshed. Until
        it is turned over to another connector of its name, the old one is refused deletion."""
        others = [each for each in (yield from found.connectors(name)) if each.id != old.id]
        for model in (yield from found.models(name)):
            if others and model.body.get("connector_id") == old.id:
                yield from turn_over(model.id, {"connector_id": others[0].id})
        yield from ask_for(lambda client: client.plugins.ml.delete_connector(connector_id=old.id))

    refused = yield from _unused(old, removed)
    return refused


def _unused(connector: Found, delete: Callable[[], Procedure[None]]) -> Procedure[str | None]:
    """Deletes a connector that no model uses; returns why where ml-commons will not have it.

    Until its index is refreshed, a model counts as using the connector that it had. And ml-commons
    looks for users by a match of analysed text, `MLModel.CONNECTOR_ID_FIELD` in its
    DeleteConnectorTransportAction (2.19.1, and the same in 3.x): `Zl-PF6IBoYSU7sT-63ni` has three
    words, and a model whose connector's ID shares one of them counts too, for good.
    """
    try:
        yield from again(delete, IN_USE_PAUSES_S, IN_USE)
    except ClusterRefused as refused:
        if refused.status not in IN_USE or (yield from found.users(connector)):
            raise
        return (
            f"connector {connector.id} stays, and its key with it: OpenSearch says that a model"
            " uses it, and none that these credentials may see does; it compares IDs by words, and"
            " takes one with a word in common for the same. The next install or uninstall tries"
            " again"
        )
    return None
