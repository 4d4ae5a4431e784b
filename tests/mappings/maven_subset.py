"""The Elasticsearch templates without the parts that the node from Maven Central lacks.

That distribution has no analysis module, no ingest processors and no mapper-extras, so analysers,
the pipeline and the field types in MISSING are left out; a `scaled_float` becomes a `double`.
"""

from dataclasses import replace
from typing import Any

from mappings import Template, Templates

MISSING = frozenset({"rank_feature", "scaled_float", "search_as_you_type"})
_LEFT_OUT = MISSING - {"scaled_float"}
_ANALYSIS = frozenset({"analysis", "analyzer", "search_analyzer", "normalizer"})


def reduced(templates: Templates) -> Templates:
    """The templates as a node of that distribution accepts them."""
    components = tuple(
        Template(component.name, _without(component.body)) for component in templates.components
    )
    return replace(templates, pipelines=(), components=components)


def types(body: Any) -> set[str]:
    """The field types of a mapping's `properties`, sub-fields included."""
    if not isinstance(body, dict):
        return set()
    inner = (of for key in ("properties", "fields") for of in body.get(key, {}).values())
    own_types = {body["type"]} if isinstance(body.get("type"), str) else set()
    return own_types.union(*(types(field) for field in inner))


def _without(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if value.get("type") == "scaled_float":
        value = {**value, "type": "double"}
        del value["scaling_factor"]
    rest = {
        key: _without(inner)
        for key, inner in value.items()
        if key not in _ANALYSIS
        and key != "final_pipeline"
        and not (isinstance(inner, dict) and inner.get("type") in _LEFT_OUT)
    }
    return {key: inner for key, inner in rest.items() if inner != {}}
