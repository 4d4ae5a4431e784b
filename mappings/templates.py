"""Index templates of a domain for an engine, as bodies that its API takes.

    templates = load("opensearch", "ecommerce", dimension=768, index_patterns=["products-*"])
    templates.pipelines, templates.components, templates.index   in the order of installation
    templates.fields                                             what the reranker shall be sent

Their data lie beside this file: a folder for each domain, which both engines share, `scripts/` for
the ingest pipeline, and `engines.json` with what only one engine says.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

Body = dict[str, Any]
Synonyms = Sequence[str] | Mapping[str, Any]
"""Rules, or where a `synonym_graph` filter finds them: {"synonyms_set": "shop", "updateable": true}
in Elasticsearch, {"synonyms_path": "shop.txt", "updateable": true} in both."""

ENGINES = ("elasticsearch", "opensearch")
DOMAINS = ("ecommerce", "legal")
VERSION = 1
"""Of the templates' content: raised with every change of it, and kept in `_meta.rerank`."""

PRIORITY = 500
"""Above 200, at and below which Elasticsearch's own templates lie."""
MAX_DIMENSION = 4096
"""Elasticsearch's limit; OpenSearch's is higher."""
DEPTH = 15
"""How deep a field's value is written; the sidecar reads 16 levels, the document's own included."""

_DATA = files(__name__.partition(".")[0])


@dataclass(frozen=True)
class Template:
    """The name under which a body is put."""

    name: str
    body: Body


@dataclass(frozen=True)
class AnalysisCase:
    """What an analyser or a normaliser of the templates makes of a text."""

    kind: str
    """"analyzer" or "normalizer"."""
    name: str
    text: str
    tokens: tuple[str, ...]


@dataclass(frozen=True)
class Templates:
    """All that an index of the domain needs; every name begins with `prefix`."""

    engine: str
    domain: str
    pipelines: tuple[Template, ...]
    components: tuple[Template, ...]
    index: Template
    fields: tuple[str, ...]
    """The profile's fields by the names that they have in `_source`, in the profile's order."""
    cases: tuple[AnalysisCase, ...]

    @property
    def prefix(self) -> str:
        return _prefix(self.domain)


def load(
    engine: str,
    domain: str,
    *,
    dimension: int | None = 384,
    index_patterns: Sequence[str] | None = None,
    priority: int = PRIORITY,
    synonyms: Synonyms | None = None,
) -> Templates:
    """The templates; `dimension` None leaves the vector field out, `synonyms` replaces the shipped.

    `index_patterns` are by default `rerank-<domain>-*`, so that no index of yours is meant by
    accident. Raises KeyError for an engine or domain that is not in ENGINES or DOMAINS, ValueError
    for a dimension outside 1 to MAX_DIMENSION and for no pattern at all.
    """
    if engine not in ENGINES or domain not in DOMAINS:
        raise KeyError(engine if engine not in ENGINES else domain)
    if dimension is not None and not 1 <= dimension <= MAX_DIMENSION:
        raise ValueError(f"dimension must be from 1 to {MAX_DIMENSION}, not {dimension}")
    patterns = list(index_patterns if index_patterns is not None else [f"{_prefix(domain)}-*"])
    if not patterns:
        raise ValueError("at least one index pattern is needed")
    document = _json(f"{domain}/rerank_doc.json")
    fields = tuple(field["names"][0] for field in document["fields"])
    meta = {"rerank": {"profile": domain, "version": VERSION}}
    pipeline = Template(f"{_prefix(domain)}-doc", _pipeline(domain, document))
    parts = _parts(_json("engines.json")[engine], domain, dimension, synonyms, pipeline.name)
    parts["doc"]["mappings"]["_meta"] = {"rerank": {**meta["rerank"], "fields": list(fields)}}
    components = tuple(
        Template(f"{_prefix(domain)}-{name}", {"template": body, "version": VERSION, "_meta": meta})
        for name, body in parts.items()
    )
    index = {
        "index_patterns": patterns,
        "composed_of": [component.name for component in components],
        "priority": priority,
        "version": VERSION,
        "_meta": meta,
    }
    cases = tuple(
        AnalysisCase(kind, name, case["text"], tuple(case["tokens"]))
        for kind, of_kind in _json(f"{domain}/cases.json").items()
        for name, of_name in of_kind.items()
        for case in of_name
    )
    index_template = Template(_prefix(domain), index)
    return Templates(engine, domain, (pipeline,), components, index_template, fields, cases)


def _prefix(domain: str) -> str:
    return f"rerank-{domain}"


def _parts(
    engine: Body, domain: str, dimension: int | None, synonyms: Synonyms | None, pipeline: str
) -> dict[str, Body]:
    """The component templates by the last part of their names.

    The cluster checks each by itself, so fields and the analysers that they name are in one.
    """
    types = {**engine["types"], "dimension": dimension}
    analysis = _json(f"{domain}/analysis.json")
    analysis["filter"]["synonyms"] = _filter(domain, synonyms)
    properties = _filled(_json(f"{domain}/fields.json"), types)
    parts: dict[str, Body] = {
        "fields": {
            "settings": {"index": {"analysis": analysis}},
            # What no field is for stays in _source, where pipelines and the sidecar find it.
            "mappings": {"dynamic": False, "properties": properties},
        },
        "doc": {
            # `final`: a request can name another default pipeline, or none; this one runs after it.
            "settings": {"index": {"final_pipeline": pipeline}},
            "mappings": {"properties": {"rerank_doc": {"type": "text", "index": False}}},
        },
    }
    if dimension is not None:
        parts["vector"] = {"mappings": {"properties": {"vector": _filled("$vector", types)}}}
        if engine["settings"]:
            parts["vector"]["settings"] = {"index": engine["settings"]}
    return parts


def _filter(domain: str, synonyms: Synonyms | None) -> Body:
    if isinstance(synonyms, Mapping):
        return {"type": "synonym_graph", **synonyms}
    if synonyms is None:
        lines = (_DATA / domain / "synonyms.txt").read_text(encoding="utf-8").splitlines()
        synonyms = [line for line in lines if line and not line.startswith("#")]
    return {"type": "synonym_graph", "synonyms": list(synonyms)}


def _filled(value: Any, types: Mapping[str, Any]) -> Any:
    """The value with each "$name" in it replaced by what the engine says for it."""
    if isinstance(value, str) and value.startswith("$"):
        return _filled(types[value[1:]], types)
    if isinstance(value, dict):
        return {key: _filled(inner, types) for key, inner in value.items()}
    return value


def _pipeline(domain: str, document: Body) -> Body:
    """The ingest pipeline that writes `rerank_doc` and the rank features."""
    return {
        "description": f"Writes rerank_doc, the {domain} profile's fields as one string of JSON",
        "version": VERSION,  # no `_meta`: OpenSearch's pipelines refuse it
        "processors": [
            _script("rank", {"features": document["features"]}),
            _script("rerank_doc", {"fields": document["fields"], "depth": DEPTH}),
        ],
    }


def _script(name: str, params: Body) -> Body:
    source = (_DATA / "scripts" / f"{name}.painless").read_text(encoding="utf-8")
    return {"script": {"tag": name, "lang": "painless", "source": source, "params": params}}


def _json(path: str) -> Body:
    return json.loads((_DATA / path).read_text(encoding="utf-8"))  # type: ignore[no-any-return]
