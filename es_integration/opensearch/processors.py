"""The processors of an installed route, for a pipeline that users have already.

A search has one pipeline. Whoever has one of their own pastes these into it; the model that they
name is the installed one, and it keeps its ID when `install` runs again.
"""

import json
from collections.abc import Sequence

from es_integration.cluster.procedure import Body, Procedure
from es_integration.errors import NotDeployed, StillInUse
from es_integration.opensearch import bodies, lookup
from es_integration.opensearch.capabilities import read_capabilities
from es_integration.opensearch.lookup import MLResource
from es_integration.opensearch.spec import OpenSearchInstall, Route


def installed_processors(spec: OpenSearchInstall, route: Route) -> Procedure[list[Body]]:
    """The route's response processors, with the ID of the cluster's model.

    Raises NotDeployed when the route is not installed, ClusterRefused.
    """
    capabilities = yield from read_capabilities()
    models = yield from lookup.models(spec.pipeline(route))
    if not models:
        raise NotDeployed(f"there is no model {spec.pipeline(route)}: run install first")
    return bodies.processors(spec, route, models[0].id, renames=capabilities.renames)


def refuse_pasted(name: str, models: Sequence[MLResource]) -> Procedure[None]:
    """Raises StillInUse when a search pipeline other than `name` uses one of the models.

    Without its model such a pipeline would fail, or keep the first-stage order in silence.
    """
    if not models:
        return
    pipelines = yield from lookup.pipelines()
    quoted_ids = [json.dumps(model.id) for model in models]
    users = sorted(
        user
        for user, body in pipelines.items()
        if user != name and any(quoted in json.dumps(body) for quoted in quoted_ids)
    )
    if users:
        raise StillInUse(
            f"the search pipelines {users} use the model {name}: take its processors out of them"
        )
