"""The index templates of a domain for a search engine, as bodies for its API.

    templates = load("opensearch", "ecommerce", dimension=768, index_patterns=["products-*"])
    templates.pipelines, templates.components, templates.index   in the order of installation
    templates.fields                                             the fields to send to the reranker

The data is beside this file: a folder for each domain, which both search engines share, `scripts/`
and `numbers.json` for the ingest pipeline, and `engines.json` for what differs between the search
engines.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from mappings.data import DOMAINS, VERSION, Body, json_of, substituted, text_of
from mappings.ingest import doc_pipeline_name, ingest_pipeline
from mappings.vector_field import vector_component

Synonyms = Sequence[str] | Mapping[str, Any]
"""Rules, or where a `synonym_graph` filter finds them: {"synonyms_set": "shop", "updateable": true}
in Elasticsearch, {"synonyms_path": "shop.txt", "updateable": true} in both."""


class SearchEngine(StrEnum):
    ELASTICSEARCH = "elasticsearch"
    OPENSEARCH = "opensearch"


ENGINES = tuple(SearchEngine)
PRIORITY = 500
"""Above Elasticsearch's own templates, whose priorities end at 200."""
MAX_DIMENSION = 4096
"""Elasticsearch's limit; OpenSearch's is higher."""

DATE_FORMATS = (
    "strict_date_optional_time",  # First: searches and aggregations write dates in it.
    "uuuu-MM-dd HH:mm[:ss][.SSSSSS][.SSS][ ][XXX]",
    "uuuu/MM/dd[ HH:mm[:ss]]",
    "d.M.uuuu",
    "basic_date",
    "basic_date_time_no_millis",
    "strict_week_date",
    "epoch_millis",
)
"""How a `date` may be written, tried in this order. Not among them: day or month first with slashes
(3/4/2026 is either), and names of months, whose spelling depends on the cluster's Java."""

_KEPT_TEXT: Body = {"type": "text", "index": False}


@dataclass(frozen=True)
class Template:
    """A body and the name under which it is put."""

    name: str
    body: Body


@dataclass(frozen=True)
class AnalysisCase:
    """The tokens that an analyser or normaliser of the templates makes of a text."""

    kind: str
    """"analyzer" or "normalizer"."""
    name: str
    text: str
    tokens: tuple[str, ...]


@dataclass(frozen=True)
class Templates:
    """Everything that an index of the domain needs; every name begins with `prefix`."""

    search_engine: SearchEngine
    domain: str
    pipelines: tuple[Template, ...]
    components: tuple[Template, ...]
    index: Template
    fields: tuple[str, ...]
    """The profile's fields by their names in `_source`, in the profile's order."""
    cases: tuple[AnalysisCase, ...]

    @property
    def prefix(self) -> str:
        return _prefix(self.domain)


def load(
    search_engine: str,
    domain: str,
    *,
    dimension: int | None = 384,
    index_patterns: Sequence[str] | None = None,
    priority: int = PRIORITY,
    synonyms: Synonyms | None = None,
    plain_text: bool = False,
    unit_vectors: bool = False,
    final_pipeline: str | None = None,
) -> Templates:
    """The templates of a domain for a search engine.

    `plain_text` adds the field `rerank_text`, the document's prose as plain text, which the ingest
    pipeline then writes beside `rerank_doc`. `dimension` None leaves the vector field out;
    `unit_vectors` says that all vectors have length 1, as the sidecar's have: their dot product,
    which is cheaper to compute, is the cosine. `final_pipeline` is an ingest pipeline that indices
    get in place of the domain's own, which it must call. `synonyms` replaces the domain's own.
    `index_patterns` defaults to `rerank-<domain>-*`, so that no index of yours matches by accident.

    Raises KeyError for a search engine that is not in ENGINES or a domain that is not in DOMAINS,
    ValueError for a dimension outside 1 to MAX_DIMENSION and for an empty list of patterns.
    """
    if search_engine not in ENGINES or domain not in DOMAINS:
        raise KeyError(search_engine if search_engine not in ENGINES else domain)
    if dimension is not None and not 1 <= dimension <= MAX_DIMENSION:
        raise ValueError(f"dimension must be from 1 to {MAX_DIMENSION}, not {dimension}")
    patterns = list(index_patterns if index_patterns is not None else [f"{_prefix(domain)}-*"])
    if not patterns:
        raise ValueError("at least one index pattern is needed")
    rerank_doc = json_of(f"{domain}/rerank_doc.json")
    fields = tuple(field["names"][0] for field in rerank_doc["fields"])
    meta = {"rerank": {"profile": domain, "version": VERSION}}
    pipeline = Template(doc_pipeline_name(domain), ingest_pipeline(domain, rerank_doc, plain_text))
    dialect = json_of("engines.json")[search_engine]
    parts = _parts(dialect, domain, synonyms, final_pipeline or pipeline.name)
    if dimension is not None:
        parts["vector"] = vector_component(dialect, dimension, unit_vectors)
    if plain_text:
        parts["doc"]["mappings"]["properties"]["rerank_text"] = dict(_KEPT_TEXT)
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
        for kind, names in json_of(f"{domain}/cases.json").items()
        for name, cases_of_name in names.items()
        for case in cases_of_name
    )
    index_template = Template(_prefix(domain), index)
    return Templates(
        SearchEngine(search_engine),
        domain,
        (pipeline,),
        components,
        index_template,
        fields,
        cases,
    )


def _prefix(domain: str) -> str:
    return f"rerank-{domain}"


def _parts(dialect: Body, domain: str, synonyms: Synonyms | None, pipeline: str) -> dict[str, Body]:
    """The bodies of the component templates, but for the vector's, by the last part of their names.

    The cluster checks each template alone, so fields are in one with the analysers that they name.
    `dialect` is what engines.json says of the search engine.
    """
    types = {**dialect["types"], "date_formats": "||".join(DATE_FORMATS)}
    analysis = json_of(f"{domain}/analysis.json")
    analysis["filter"]["synonyms"] = _synonym_filter(domain, synonyms)
    properties = substituted(json_of(f"{domain}/fields.json"), types)
    return {
        "fields": {
            "settings": {"index": {"analysis": analysis}},
            # Unmapped fields stay in _source, where pipelines and the sidecar find them.
            "mappings": {"dynamic": False, "properties": properties},
        },
        "doc": {
            # `final`: a request can replace or skip the default pipeline; this one always runs.
            "settings": {"index": {"final_pipeline": pipeline}},
            "mappings": {"properties": {"rerank_doc": dict(_KEPT_TEXT)}},
        },
    }


def _synonym_filter(domain: str, synonyms: Synonyms | None) -> Body:
    if isinstance(synonyms, Mapping):
        return {"type": "synonym_graph", **synonyms}
    if synonyms is None:
        lines = text_of(f"{domain}/synonyms.txt").splitlines()
        synonyms = [line for line in lines if line and not line.startswith("#")]
    return {"type": "synonym_graph", "synonyms": list(synonyms)}
