"""Installs and removes the ingest pipeline, component templates and index template of `mappings`.

    templates = mappings.load("opensearch", "ecommerce")
    plan = run(client, plan_templates(templates))            # reads, changes nothing
    run(client, apply(plan))
    run(client, apply(run(client, plan_templates(templates, remove=True))))

Works with the official clients of both search engines, sync and async: see es_integration.cluster.
Existing indices keep their mapping; a template applies to indices created after it.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

from es_integration.cluster.calls import Send, ignore_missing, indices_with_setting
from es_integration.cluster.change import Change, Plan
from es_integration.cluster.procedure import Body, Call, Procedure
from es_integration.elasticsearch.calls import send as send_to_elasticsearch
from es_integration.errors import ClusterRefused, StillInUse
from es_integration.opensearch.calls import send as send_to_opensearch
from mappings import Template, Templates

PIPELINE, COMPONENT, INDEX = "ingest pipeline", "component template", "index template"
FINAL_PIPELINE = "index.final_pipeline"
_SEND: Mapping[str, Send] = {
    "elasticsearch": send_to_elasticsearch,
    "opensearch": send_to_opensearch,
}
_PRIVILEGES: Mapping[str, str] = {
    "elasticsearch": "manage_index_templates, manage_ingest_pipelines and view_index_metadata",
    "opensearch": "cluster:admin/ingest/pipeline/*, cluster:admin/component_template/*,"
    " indices:admin/index_template/* and indices:monitor/settings/get",
}
_COMPARED: Mapping[str, frozenset[str]] = {
    PIPELINE: frozenset({"description", "processors", "on_failure", "version"}),
    COMPONENT: frozenset({"template", "version", "_meta"}),
    INDEX: frozenset(
        "index_patterns composed_of priority version _meta template data_stream".split()
    ),
}
"""The keys of a body that are compared; clusters add their own, such as dates."""

Key = tuple[str, str]
"""Kind and name."""


def plan_templates(templates: Templates, *, remove: bool = False) -> Procedure[Plan]:
    """What would change so that the cluster has the templates or, with `remove`, none of them.

    Component templates with the same prefix that an earlier version left behind are removed too.
    Raises ClusterRefused, and StillInUse when indices write through a pipeline that would be
    removed.
    """
    existing = yield from _existing(templates)
    expected = {} if remove else _expected(templates)
    changes = {
        key: _change(templates.search_engine, *key, existing.get(key), expected.get(key))
        for key in (*expected, *(key for key in existing if key not in expected))
    }
    removed = [key for key, change in changes.items() if change.after is None]
    yield from _refuse_in_use(templates, {name for kind, name in removed if kind == PIPELINE})
    # A template that refers to another is put after it and deleted before it.
    order = (INDEX, COMPONENT, PIPELINE)
    removed.sort(key=lambda key: order.index(key[0]))
    return tuple(changes[key] for key in (*expected, *removed))


def _expected(templates: Templates) -> dict[Key, Body]:
    """The bodies in the order of installation."""
    kinds = (
        *((PIPELINE, template) for template in templates.pipelines),
        *((COMPONENT, template) for template in templates.components),
        (INDEX, templates.index),
    )
    return {(kind, template.name): template.body for kind, template in kinds}


def _existing(templates: Templates) -> Procedure[dict[Key, Body]]:
    """The bodies that the cluster has."""
    search_engine = templates.search_engine
    existing: dict[Key, Body] = {}
    for pipeline in templates.pipelines:
        answer = yield from _get(search_engine, _get_pipeline(pipeline))
        existing |= {(PIPELINE, name): body for name, body in answer.items()}
    answer = yield from _get(
        search_engine,
        lambda client: client.cluster.get_component_template(name=f"{templates.prefix}-*"),
    )
    expected_names = {component.name for component in templates.components}
    for component in answer.get("component_templates", ()):
        name, body = component["name"], component["component_template"]
        if name in expected_names or "rerank" in (body.get("_meta") or {}):
            existing[COMPONENT, name] = body
    answer = yield from _get(
        search_engine,
        lambda client: client.indices.get_index_template(name=templates.index.name),
    )
    for index in answer.get("index_templates", ()):
        existing[INDEX, index["name"]] = index["index_template"]
    return existing


def _get_pipeline(pipeline: Template) -> Call:
    return lambda client: client.ingest.get_pipeline(id=pipeline.name)


def _get(search_engine: str, call: Call) -> Procedure[Mapping[str, Any]]:
    """The answer; empty when nothing has that name."""
    answer: Mapping[str, Any] | None = yield from ignore_missing(_send(search_engine, call))
    return answer or {}


def _send(search_engine: str, call: Call) -> Procedure[Any]:
    """The answer to the call. Raises ClusterRefused."""
    try:
        answer = yield from _SEND[search_engine](call)
    except ClusterRefused as refused:
        if refused.status != 403:
            raise
        raise ClusterRefused(
            f"{refused.message}. Templates need {_PRIVILEGES[search_engine]}", refused.status
        ) from refused
    return answer


def _refuse_in_use(templates: Templates, pipelines: set[str]) -> Procedure[None]:
    """An index whose final pipeline is gone refuses every document."""
    if not pipelines:
        return
    send = partial(_send, templates.search_engine)
    indices = yield from indices_with_setting(send, FINAL_PIPELINE, pipelines)
    if indices:
        raise StillInUse(
            f"indices {indices} write through the ingest pipeline {sorted(pipelines)}: delete them,"
            f' or set "{FINAL_PIPELINE}": "_none" there (rerank_doc is then no longer written)'
        )


def _change(
    search_engine: str, kind: str, name: str, before: Body | None, after: Body | None
) -> Change:
    def make() -> Procedure[None]:
        call = _put(kind, name, after) if after else _delete(kind, name)
        yield from _send(search_engine, call)

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
    """The compared keys of a body, with settings as clusters show them: numbers and booleans as
    strings."""
    if body is None:
        return None
    content = {key: value for key, value in body.items() if key in _COMPARED[kind]}
    if "template" in content:
        template = {key: value for key, value in content["template"].items() if value}
        if "settings" in template:
            template["settings"] = _as_strings(template["settings"])
        if "dynamic" in template.get("mappings", {}):
            dynamic = _as_strings(template["mappings"]["dynamic"])
            template["mappings"] = {**template["mappings"], "dynamic": dynamic}
        content["template"] = template
    return {key: value for key, value in content.items() if value not in (None, [], {})}


def _as_strings(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _as_strings(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_as_strings(inner) for inner in value]
    return str(value).lower() if isinstance(value, bool) else str(value)
