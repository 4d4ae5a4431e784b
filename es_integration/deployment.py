"""A cluster's whole setup for one profile: index templates, and what calls the sidecar.

    spec = ClusterSpec(SearchEngine.OPENSEARCH, "http://sidecar:8080", "ecommerce")
    run(client, apply(run(client, plan(spec))))
    print(usage(spec, plan))

`rerank-sidecar install`, `uninstall` and `verify` are these procedures.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import mappings
from es_integration import elasticsearch, opensearch
from es_integration.cluster.change import Change, Plan
from es_integration.cluster.check import Check, Report
from es_integration.cluster.page_time import PageTime, TypicalSearch
from es_integration.cluster.procedure import Procedure
from es_integration.errors import ClusterRefused
from es_integration.opensearch import Route, lookup
from es_integration.opensearch.install import left_out
from es_integration.opensearch.models import MODEL
from es_integration.opensearch.text_field import missing_text_field
from es_integration.templates import plan_templates
from mappings import SearchEngine

EXAMPLE_SIZE = 50
"""How many hits the advertised search reranks."""
_EXAMPLES: Mapping[str, TypicalSearch] = {
    "ecommerce": TypicalSearch(EXAMPLE_SIZE, "red shoes", example_words=100),
    "legal": TypicalSearch(
        EXAMPLE_SIZE, "may a landlord end the lease early", example_words=650
    ),  # A decision of 30 sentences.
}
"""The advertised search of each domain with templates."""
_OTHER_EXAMPLE = TypicalSearch(EXAMPLE_SIZE, "your query")


@dataclass(frozen=True)
class ClusterSpec:
    """What a cluster should have. Raises ValueError for an option of the other search engine."""

    search_engine: SearchEngine
    sidecar: str
    """The sidecar's address as the cluster's nodes reach it."""
    profile: str
    name: str = "rerank-sidecar"
    fields: tuple[str, ...] = ()
    """OpenSearch: the fields that the structured route sends; empty: those of the templates."""
    routes: tuple[str, ...] = ()
    """OpenSearch: empty: both, but the flat one only where its field is."""
    text_field: str | None = None
    """OpenSearch: the field that the flat route sends; None: that of the templates."""
    highlight: bool = False
    """OpenSearch: whether the sidecar is a model for the semantic highlighter too."""
    read_timeout_s: int | None = None
    """OpenSearch: how long a search waits for the sidecar; None: the default."""
    into: str | None = None
    """OpenSearch: the user's search pipeline that gets the processors of one route, by default the
    structured one; None: pipelines of the sidecar's own."""
    service: str | None = None
    """Elasticsearch: the inference service; None: the default."""
    sidecar_key: str | None = None
    rotate_key: bool = False
    templates: bool = True
    """Whether the index templates and the ingest pipeline belong to it."""
    index_patterns: tuple[str, ...] = ()
    dimension: int = 384
    """The dimension of the template's vector field; 0: no such field."""
    synonyms: tuple[str, ...] | None = None
    plain_text: bool = False
    """Elasticsearch: whether the templates write `rerank_text` too, for `chunk_rescorer`."""

    def __post_init__(self) -> None:
        if self.service is not None and self.search_engine is not SearchEngine.ELASTICSEARCH:
            raise ValueError("--service is for Elasticsearch only")
        if unknown := sorted(set(self.routes) - set(Route)):
            raise ValueError(f"--routes takes {' and '.join(Route)}, not {', '.join(unknown)}")
        if self.plain_text and self.search_engine is not SearchEngine.ELASTICSEARCH:
            raise ValueError("--plain-text is for Elasticsearch only: OpenSearch cuts no texts")
        if self.into is not None and len(self.routes) > 1:
            raise ValueError("--into takes the processors of one route: name one with --routes")
        if self.search_engine is SearchEngine.OPENSEARCH:
            return
        if self.fields or self.text_field is not None:
            option = "--fields" if self.fields else "--text-field"
            raise ValueError(f"{option} is for OpenSearch only: Elasticsearch sends `rerank_doc`")
        if self.routes:
            raise ValueError("--routes is for OpenSearch only: Elasticsearch has one endpoint")
        if self.into is not None:
            raise ValueError("--into is for OpenSearch only: Elasticsearch has no search pipelines")
        if self.highlight:
            raise ValueError("--highlight is for OpenSearch only")
        if self.read_timeout_s is not None:
            raise ValueError("--read-timeout is for OpenSearch only: Elasticsearch waits 30 s")

    @property
    def elasticsearch(self) -> elasticsearch.ElasticsearchInstall:
        """The part that Elasticsearch has. Raises ValueError."""
        service: Any = self.service or "hugging_face"
        return elasticsearch.ElasticsearchInstall(
            self.sidecar,
            self.profile,
            service,
            self.name,
            sidecar_key=self.sidecar_key,
            rotate_key=self.rotate_key,
        )

    @property
    def opensearch(self) -> opensearch.OpenSearchInstall:
        """The part that OpenSearch has. Raises ValueError."""
        default = opensearch.OpenSearchInstall
        return opensearch.OpenSearchInstall(
            self.sidecar,
            self.profile,
            self.fields,
            self.name,
            sidecar_key=self.sidecar_key,
            rotate_key=self.rotate_key,
            read_timeout_s=self.read_timeout_s or default.read_timeout_s,
            text_field=self.text_field or default.text_field,
            routes=self._routes,
            into=self.into,
            highlight=self.highlight,
        )

    @property
    def _routes(self) -> tuple[Route, ...]:
        if self.routes or self.into is None:
            return tuple(Route(route) for route in self.routes) or tuple(Route)
        return (Route.STRUCTURED,)

    @property
    def has_templates(self) -> bool:
        """Whether index templates belong to it: a profile of your own has none."""
        return self.templates and self.profile in mappings.DOMAINS


def plan(spec: ClusterSpec, *, remove: bool = False) -> Procedure[Plan]:
    """What would change, in order: the ingest pipeline comes before what reads its field.

    Raises ClusterRefused, StillInUse, ValueError.
    """
    parts = [_plan_templates(spec, remove), _plan_search_engine(spec, remove)]
    changes: list[Change] = []
    for part in reversed(parts) if remove else parts:
        changes += yield from part
    return tuple(changes)


def typical_search(
    spec: ClusterSpec, index: str | None = None, size: int | None = None
) -> TypicalSearch:
    """The advertised search of the profile, of `size` hits of `index`. Without an index they are
    sampled from those of the templates."""
    example = _EXAMPLES.get(spec.profile, _OTHER_EXAMPLE)
    patterns = spec.index_patterns
    if not patterns and spec.has_templates:
        patterns = (f"rerank-{spec.profile}-*",)
    return replace(example, size=size or example.size, index=index or ",".join(patterns) or None)


def verify(
    spec: ClusterSpec, index: str | None = None, size: int | None = None, *, timed: bool = True
) -> Procedure[Report]:
    """The checks of each step between the cluster and the new order; if `timed`, also whether a
    page of `size` hits is reranked in time; `index` is searched too."""
    search = typical_search(spec, index, size) if timed else None
    if spec.search_engine is SearchEngine.ELASTICSEARCH:
        return (yield from elasticsearch.verify(spec.elasticsearch, index, search=search))
    try:
        install, reason = yield from _routes_to_install(spec)
    except ClusterRefused as refused:
        return (Check("cluster", False, refused.message),)
    report = yield from opensearch.verify(install, index, search)
    if reason is not None:
        report = (*report, Check(f"{Route.FLAT}: left out", True, reason))
    return report


def page_time(spec: ClusterSpec, plan: Plan) -> Procedure[PageTime | None]:
    """Whether the advertised search is reranked in time, once the plan is applied; None where the
    cluster reaches no sidecar."""
    search = typical_search(spec)
    try:
        if spec.search_engine is SearchEngine.ELASTICSEARCH:
            field = elasticsearch.DOCUMENT_FIELD
            return (yield from elasticsearch.page_time(spec.elasticsearch, search, field))
        install = spec.opensearch
        route = _usual_route(install, plan)
        models = yield from lookup.models(install.pipeline(route))
        if not models:
            return None
        return (yield from opensearch.page_time(install, route, models[0].id, search))
    except ClusterRefused:
        return None


def usage(spec: ClusterSpec, plan: Plan, size: int = EXAMPLE_SIZE) -> str:
    """A search of `size` hits that is reranked after the plan: on OpenSearch by the structured
    route, or by the flat one if the plan has no other."""
    text = _EXAMPLES.get(spec.profile, _OTHER_EXAMPLE).query_text
    query = _example_query(spec, text)
    if spec.index_patterns:
        index = spec.index_patterns[0]
    else:
        index = f"rerank-{spec.profile}-*" if spec.has_templates else "YOUR-INDEX"
    if spec.search_engine is SearchEngine.ELASTICSEARCH:
        endpoint_id = spec.elasticsearch.endpoint_id
        body = elasticsearch.retriever_search(
            query, text, inference_id=endpoint_id, window=size, size=min(size, 10)
        )
        request = f"POST {index}/_search"
    else:
        route = _usual_route(spec.opensearch, plan)
        structured = route is Route.STRUCTURED
        build = opensearch.structured_search if structured else opensearch.flat_search
        body = build(query, text, size=size)
        pipeline = spec.opensearch.searched_pipeline(route)
        request = f"POST {index}/_search?search_pipeline={pipeline}"
    return f"A search that is reranked:\n{request}\n{json.dumps(body)}"


def _usual_route(install: opensearch.OpenSearchInstall, plan: Plan) -> Route:
    """The structured route if the plan has it."""
    planned = {change.name for change in plan if change.kind == MODEL}
    return Route.STRUCTURED if install.pipeline(Route.STRUCTURED) in planned else Route.FLAT


def _example_query(spec: ClusterSpec, text: str) -> dict[str, Any]:
    """A match on the first field that the profile reads, or on all fields if that is unknown."""
    fields = spec.fields
    if not fields and spec.profile in mappings.DOMAINS:
        fields = mappings.load(spec.search_engine, spec.profile).fields
    if not fields:
        return {"multi_match": {"query": text}}
    return {"match": {fields[0]: text}}


def _plan_templates(spec: ClusterSpec, remove: bool) -> Procedure[Plan]:
    if not spec.has_templates:
        return ()
    templates = mappings.load(
        spec.search_engine,
        spec.profile,
        dimension=spec.dimension or None,
        index_patterns=spec.index_patterns or None,
        synonyms=spec.synonyms,
        plain_text=spec.plain_text,
    )
    changes = yield from plan_templates(templates, remove=remove)
    return changes


def _plan_search_engine(spec: ClusterSpec, remove: bool) -> Procedure[Plan]:
    if spec.search_engine is SearchEngine.ELASTICSEARCH:
        install = spec.elasticsearch
        return (elasticsearch.plan_uninstall if remove else elasticsearch.plan_install)(install)
    return opensearch.plan_uninstall(spec.opensearch) if remove else _plan_opensearch(spec)


def _plan_opensearch(spec: ClusterSpec) -> Procedure[Plan]:
    install, reason = yield from _routes_to_install(spec)
    plan = yield from opensearch.plan_install(install)
    return plan if reason is None else (*plan, left_out(install, Route.FLAT, reason))


def _routes_to_install(
    spec: ClusterSpec,
) -> Procedure[tuple[opensearch.OpenSearchInstall, str | None]]:
    """What to install, and why the flat route is not part of it.

    A flat route without its field would score every hit as an empty text. The templates' ingest
    pipeline writes `rerank_doc`; any other field must be in an index. Routes that are named are
    installed in any case. Raises ValueError when the structured route's fields are unknown,
    ClusterRefused.
    """
    install = spec.opensearch
    if Route.STRUCTURED in install.routes:
        _ = install.sent  # Raises before the first call to the cluster.
    named = Route.FLAT not in install.routes or bool(spec.routes)
    if named or (spec.has_templates and spec.text_field is None):
        return install, None
    reason = yield from missing_text_field(install, spec.index_patterns)
    if reason is None:
        return install, None
    return replace(install, routes=(Route.STRUCTURED,)), reason
