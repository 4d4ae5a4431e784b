"""The change of a search pipeline that users have: a route's processors put in or taken out.

OpenSearch replaces a search pipeline whole, and knows no condition such as "if unchanged". So each
change reads the pipeline again just before it writes: what others changed after the plan was shown
stays.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from es_integration.cluster.change import Change
from es_integration.cluster.procedure import Body, Procedure
from es_integration.errors import PipelineConflict
from es_integration.opensearch import lookup
from es_integration.opensearch.calls import send
from es_integration.opensearch.merge import merged, with_queries, without, without_queries
from es_integration.opensearch.processors import (
    model_of_queries,
    tagged_for_queries,
    tagged_processors,
)
from es_integration.opensearch.spec import OpenSearchInstall, Route

KIND = "search pipeline"
_Edit = Callable[[Body], Body]


def plan_merge(
    spec: OpenSearchInstall,
    name: str,
    route: Route,
    model_id: str,
    query_model_id: str | None,
    *,
    renames: bool,
) -> Procedure[Change]:
    """Puts the route's processors into the pipeline `name`, or updates them there, and if there is
    a `query_model_id` those for `neural` and `hybrid` queries by this model.

    The IDs are shown until there are models. Raises PipelineConflict, ClusterRefused.
    """

    def edit(model_id: str, query_model_id: str | None, pipeline: Body) -> Body:
        edited = merged(pipeline, tagged_processors(spec, route, model_id, renames=renames))
        if query_model_id is None:
            return edited
        return with_queries(edited, *tagged_for_queries(spec, query_model_id))

    def make() -> Procedure[None]:
        model, *_ = yield from lookup.models(spec.pipeline(route))
        query_model_id = yield from model_of_queries(spec)
        yield from _write(name, partial(edit, model.id, query_model_id))

    before = yield from _existing(name)
    after = _edited(name, before, partial(edit, model_id, query_model_id))
    return Change(KIND, name, before, after, make)


def plan_taking_out(
    spec: OpenSearchInstall, name: str, route: Route, model_id: str
) -> Procedure[Change | None]:
    """Takes the route's processors out of the pipeline `name`; None when there is no such pipeline.

    Raises PipelineConflict, ClusterRefused.
    """

    known_by = replace(spec, fields=spec.fields or ("any",))  # Tags and the model's ID decide.
    expected = tagged_processors(known_by, route, model_id)

    def edit(pipeline: Body) -> Body:
        return without_queries(without(pipeline, expected), *tagged_for_queries(spec, ""))

    before = yield from lookup.pipeline(name)
    if before is None:
        return None
    return Change(KIND, name, before, _edited(name, before, edit), partial(_write, name, edit))


def _write(name: str, edit: _Edit) -> Procedure[None]:
    existing = yield from _existing(name)
    body = _edited(name, existing, edit)
    if body == existing:
        return
    yield from send(lambda client: client.search_pipeline.put(id=name, body=body))


def _existing(name: str) -> Procedure[Body]:
    body = yield from lookup.pipeline(name)
    if body is None:
        raise PipelineConflict(
            f"there is no search pipeline {name} to put the processors into; without --into,"
            " install makes one of its own"
        )
    return body


def _edited(name: str, pipeline: Body, edit: _Edit) -> Body:
    try:
        return edit(pipeline)
    except PipelineConflict as conflict:
        raise PipelineConflict(f"search pipeline {name}: {conflict.message}") from None
