"""The connector of a route: what would change, and how it is changed.

A connector cannot be changed while a model that uses it is deployed, and ml-commons deploys an
undeployed model again at its next search. So a changed connector is a new one: the model is
switched to it and deployed again, and the old one is deleted. The model keeps its ID, and searches
go on.
"""

from collections.abc import Callable, Sequence
from functools import partial

from es_integration.cluster.calls import retry
from es_integration.cluster.change import Change
from es_integration.cluster.procedure import Body, Procedure
from es_integration.errors import ClusterRefused
from es_integration.opensearch import bodies, lookup
from es_integration.opensearch.calls import SLOW_CALL_TIMEOUT_S, send, send_ignoring_missing
from es_integration.opensearch.lookup import MLResource
from es_integration.opensearch.models import redeploy
from es_integration.opensearch.spec import OpenSearchInstall, Part, Version

CONNECTOR = "connector"
CREATE_PAUSES_S = (1.0, 2.0, 4.0, 8.0)
"""A cluster's first connector also creates the master key, and fails until the key's index is
ready: seen on 2.19.1 on a busy machine, `Fetching master key timed out`, then a 503 for the
shard."""
IN_USE = (409,)
"""The answer to deleting a connector that a model uses."""
IN_USE_PAUSES_S = (0.1, 0.2, 0.4, 0.8, 1.6)
"""Together longer than the second between two refreshes of an index."""


def connector_change(
    spec: OpenSearchInstall,
    route: Part,
    version: Version,
    existing: Sequence[MLResource],
    *,
    used: bool,
) -> Change:
    """Makes the route's connector match the spec; `existing` are the connectors of its name.

    One that is not `used` by a model of its name is a leftover with an unknown key: it is replaced.
    """
    after = bodies.connector(spec, route, version)
    before = comparable(existing[0].body, after) if existing else None
    if before is not None and (spec.rotate_key or not used):
        after = {**after, "credential": "written anew"}
    return Change(
        CONNECTOR,
        spec.pipeline(route),
        before,
        after,
        lambda: _put_connector(spec, route, version),
    )


def connector_removals(existing: Sequence[MLResource]) -> list[Change]:
    """Deletes connectors. Remaining models of the same name use the newest other connector."""
    return [
        Change(CONNECTOR, connector.label, connector.summary, None, partial(_remove, connector))
        for connector in existing
    ]


def comparable(existing: Body, expected: Body) -> Body:
    """The part of a connector, as the cluster shows it, that can be compared with the expected
    body: without times and the cluster's defaults, action types as they are sent."""
    config = {"max_retry_times": 0, **(existing.get("client_config") or {})}
    actions = [
        {**action, "action_type": str(action.get("action_type")).lower()}
        for action in existing.get("actions", ())
    ]
    body: Body = {**existing, "actions": actions}
    if "client_config" in expected:
        body["client_config"] = {key: config.get(key) for key in expected["client_config"]}
    return {key: body.get(key) for key in expected}


def _put_connector(spec: OpenSearchInstall, route: Part, version: Version) -> Procedure[None]:
    """Creates a new connector and switches the models of its name to it."""
    connector_id = yield from _create(
        bodies.connector(spec, route, version) | bodies.credential(spec)
    )
    for model in (yield from lookup.models(spec.pipeline(route))):
        yield from redeploy(model.id, {"connector_id": connector_id})


def _create(body: Body) -> Procedure[str]:
    answer = yield from retry(
        lambda: send(
            lambda client: client.plugins.ml.create_connector(
                body=body, request_timeout=SLOW_CALL_TIMEOUT_S
            )
        ),
        CREATE_PAUSES_S,
        range(500, 600),
    )
    return str(answer["connector_id"])


def _remove(connector: MLResource) -> Procedure[str | None]:
    name = str(connector.body["name"])

    def delete() -> Procedure[None]:
        """A search finds a model that was just registered only after its index is refreshed. Until
        that model is switched to another connector of its name, this one cannot be deleted."""
        same_name = yield from lookup.connectors(name)
        others = [other for other in same_name if other.id != connector.id]
        for model in (yield from lookup.models(name)):
            if others and model.body.get("connector_id") == connector.id:
                yield from redeploy(model.id, {"connector_id": others[0].id})
        yield from send_ignoring_missing(
            lambda client: client.plugins.ml.delete_connector(connector_id=connector.id)
        )

    refused = yield from _retry_while_in_use(connector, delete)
    return refused


def _retry_while_in_use(
    connector: MLResource, delete: Callable[[], Procedure[None]]
) -> Procedure[str | None]:
    """Deletes a connector that no model uses; returns the reason when ml-commons refuses.

    Until its index is refreshed, a model counts as using its previous connector. And ml-commons
    looks for users by a match on analysed text, `MLModel.CONNECTOR_ID_FIELD` in its
    DeleteConnectorTransportAction (2.19.1, and the same in 3.x): `Zl-PF6IBoYSU7sT-63ni` has three
    words, and a model whose connector's ID shares one of them counts as a user too, permanently.
    """
    try:
        yield from retry(delete, IN_USE_PAUSES_S, IN_USE)
    except ClusterRefused as refused:
        if refused.status not in IN_USE or (yield from lookup.models_using(connector)):
            raise
        return (
            f"connector {connector.id} stays, and its key with it: OpenSearch says that a model"
            " uses it, and none that these credentials may see does; it compares IDs by words, and"
            " takes one with a word in common for the same. The next install or uninstall tries"
            " again"
        )
    return None
