"""Installs and removes what `mappings.load` gives: ingest pipeline, component and index templates.

    templates = mappings.load("opensearch", "ecommerce")
    plan = run(client, plan_templates(templates))            # reads, changes nothing
    run(client, apply(plan))
    run(client, apply(run(client, plan_templates(templates, remove=True))))

The same for the official clients of both engines, sync and async: es_integration.cluster says how.
Indices that exist keep the mapping with which they were made; a template is for the next one.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

from es_integration.cluster.calls import Ask, if_there, indices_with
from es_integration.cluster.change import Body, Change, Plan
from es_integration.cluster.procedure import Call, Procedure
from es_integration.elasticsearch.calls import ask as ask_elasticsearch
from es_integration.errors import ClusterRefused, StillInUse
from es_integration.opensearch.calls import ask as ask_opensearch
from mappings import Template, Templates

PIPELINE, COMPONENT, INDEX = "ingest pipeline", "component template", "index template"
FINAL_PIPELINE = "index.final_pipeline"
_ASK: Mapping[str, Ask] = {
    "elasticsearch": ask_elasticsearch,
    "opensearch": ask_opensearch,
}
_NEEDED: Mapping[str, str] = {
    "elasticsearch": "manage_index_templates, manage_ingest_pipelines and view_index_metadata",
    "opensearch": "cluster:admin/ingest/pipeline/*, cluster:admin/component_template/*,"
    " indices:admin/index_template/* and indices:monitor/settings/get",
}
_CONTENT: Mapping[str, frozenset[str]] = {
    PIPELINE: frozenset({"description", "processors", "on_failure", "version"}),
    COMPONENT: frozenset({"template", "version", "_meta"}),
    INDEX: frozenset(
        "index_patterns composed_of priority version _meta template data_stream".split()
    ),
}
"""What counts of a body; clusters add dates of their own beside it."""


def plan_templates(templates: Templates, *, remove: bool = False) -> Procedure[Plan]:
    """What would have to change for the cluster to have the templates, or with `remove` none of
    them: component templates of the prefix that an earlier version left are among the removals.

    Raises ClusterRefused, and StillInUse where indices write through a pipeline that is to go.
    """
    found = yield from _found(templates)
    wanted = {} if remove else _wanted(templates)
    changes = {
        key: _change(templates.engine, *key, found.get(key), wanted.get(key))
        for key in (*wanted, *(key for key in found if key not in wanted))
    }
    gone = [key for key, change in changes.items() if change.after is None]
    yield from _refuse_in_use(templates, {name for kind, name in gone if kind == PIPELINE})
    # What names another comes after it, and goes before it.
    order = (INDEX, COMPONENT, PIPELINE)
    gone.sort(key=lambda key: order.index(key[0]))
    return tuple(changes[key] for key in (*wanted, *gone))


Key = tuple[str, str]
"""Kind and name."""


def _wanted(templates: Templates) -> dict[Key, Body]:
    """In the order of installation."""
    kinds = (
        *((PIPELINE, template) for template in templates.pipelines),
        *((COMPONENT, template) for template in templates.components),
        (INDEX, templates.index),
    )
    return {(kind, template.name): template.body for kind, template in kinds}


def _found(templates: Templates) -> Procedure[dict[Key, Body]]:
    """What the cluster has of them."""
    engine = templates.engine
    found: dict[Key, Body] = {}
    for pipeline in templates.pipelines:
        answer = yield from _there(engine, _get_pipeline(pipeline))
        found |= {(PIPELINE, name): body for name, body in answer.items()}
    answer = yield from _there(
        engine, lambda client: client.cluster.get_component_template(name=f"{templates.prefix}-*")
    )
    ours = {component.name for component in templates.components}
    for each in answer.get("component_templates", ()):
        name, body = each["name"], each["component_template"]
        if name in ours or "rerank" in (body.get("_meta") or {}):
            found[COMPONENT, name] = body
    answer = yield from _there(
        engine, lambda client: client.indices.get_index_template(name=templates.index.name)
    )
    for each in answer.get("index_templates", ()):
        found[INDEX, each["name"]] = each["index_template"]
    return found


def _get_pipeline(pipeline: Template) -> Call:
    return lambda client: client.ingest.get_pipeline(id=pipeline.name)


def _there(engine: str, call: Call) -> Procedure[Mapping[str, Any]]:
    """The answer, empty where there is nothing of the name."""
    found: Mapping[str, Any] | None = yield from if_there(_ask(engine, call))
    return found or {}


def _ask(engine: str, call: Call) -> Procedure[Any]:
    """What the call answers. Raises ClusterRefused."""
    try:
        answer = yield from _ASK[engine](call)
    except ClusterRefused as refused:
        if refused.status != 403:
            raise
        raise ClusterRefused(
            f"{refused.message}. Templates need {_NEEDED[engine]}", refused.status
        ) from refused
    return answer


def _refuse_in_use(templates: Templates, pipelines: set[str]) -> Procedure[None]:
    """An index whose final pipeline is gone refuses every document."""
    if not pipelines:
        return
    using = yield from indices_with(partial(_ask, templates.engine), FINAL_PIPELINE, pipelines)
    if using:
        raise StillInUse(
            f"indices {using} write through the ingest pipeline {sorted(pipelines)}: delete them,"
            f' or set "{FINAL_PIPELINE}": "_none" there (rerank_doc is then no longer written)'
        )


def _change(engine: str, kind: str, name: str, before: Body | None, after: Body | None) -> Change:
    def make() -> Procedure[None]:
        yield from _ask(engine, _put(kind, name, after) if after else _delete(kind, name))

    return Change(kind, name, _comparable(kind, before), _comparable(kind, after), make)


def _put(kind: str, name: str, body: Body) -> Call:
    if kind == PIPELINE:
        return lambda client: client.ingest.put_pipeline(id=name, body=body)
    if kind == COMPONENT:
        return lambda client: client.cluster.put_component_template(name=name, body=body)
    return lambda client: client.indices.put_index_template(name=name, body=body)


def _delete(kind: str, name: str) -> Call:
    if kind == PIPELINE:
        return lambda client: client.ingest.delete_pipeline(id=name)
    if kind == COMPONENT:
        return lambda client: client.cluster.delete_component_template(name=name)
    return lambda client: client.indices.delete_index_template(name=name)


def _comparable(kind: str, body: Body | None) -> Body | None:
    """The content of a body, settings as clusters show them: numbers and booleans as text."""
    if body is None:
        return None
    content = {key: value for key, value in body.items() if key in _CONTENT[kind]}
    if "template" in content:
        template = {key: value for key, value in content["template"].items() if value}
        if "settings" in template:
            template["settings"] = _as_text(template["settings"])
        if "dynamic" in template.get("mappings", {}):
            dynamic = _as_text(template["mappings"]["dynamic"])
            template["mappings"] = {**template["mappings"], "dynamic": dynamic}
        content["template"] = template
    return {key: value for key, value in content.items() if value not in (None, [], {})}


def _as_text(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _as_text(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_as_text(inner) for inner in value]
    return str(value).lower() if isinstance(value, bool) else str(value)
