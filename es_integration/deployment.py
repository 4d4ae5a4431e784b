"""A cluster's whole setup for one profile: index templates, and what calls the sidecar.

    spec = ClusterSpec(SearchEngine.OPENSEARCH, "http://sidecar:8080", "ecommerce")
    run(client, apply(run(client, plan(spec))))
    print(usage(spec, plan))

`rerank-sidecar install`, `uninstall` and `verify` are these procedures.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import mappings
from es_integration import elasticsearch, opensearch
from es_integration.cluster.calls import Send, ignore_missing
from es_integration.cluster.change import Change, Plan
from es_integration.cluster.check import Check, Report
from es_integration.cluster.encoder import served_encoder
from es_integration.cluster.page_sample import TypicalSearch
from es_integration.cluster.page_time import PageTime
from es_integration.cluster.procedure import Procedure
from es_integration.cluster.vector_fields import refuse_other_vectors
from es_integration.cluster.vector_pipeline import KIND as INGEST
from es_integration.cluster_spec import ClusterSpec
from es_integration.elasticsearch.calls import send as send_to_elasticsearch
from es_integration.errors import ClusterRefused, NoEncoder, StillInUse, VectorConflict
from es_integration.opensearch import Route, lookup
from es_integration.opensearch.calls import send as send_to_opensearch
from es_integration.opensearch.install import left_out
from es_integration.opensearch.models import MODEL
from es_integration.opensearch.text_field import missing_text_field
from es_integration.templates import plan_templates
from mappings import SearchEngine

EXAMPLE_SIZE = 50
"""How many hits the advertised search reranks."""
DIMENSION = 384
"""Of the template's vector field where no encoder is asked."""
_SEND: Mapping[SearchEngine, Send] = {
    SearchEngine.ELASTICSEARCH: send_to_elasticsearch,
    SearchEngine.OPENSEARCH: send_to_opensearch,
}
_EXAMPLES: Mapping[str, TypicalSearch] = {
    "ecommerce": TypicalSearch(EXAMPLE_SIZE, "red shoes", example_words=100),
    "legal": TypicalSearch(
        EXAMPLE_SIZE, "may a landlord end the lease early", example_words=650
    ),  # A decision of 30 sentences.
}
"""The advertised search of each domain with templates."""
_OTHER_EXAMPLE = TypicalSearch(EXAMPLE_SIZE, "your query")


def plan(spec: ClusterSpec, *, remove: bool = False) -> Procedure[Plan]:
    """What would change, in order: the ingest pipeline comes before what reads its field.

    Raises ClusterRefused, StillInUse, PipelineConflict, NoEncoder, VectorConflict, ValueError.
    """
    spec.check()
    if spec.embed and not remove:
        spec = yield from with_encoder(spec)
    parts = [_plan_templates(spec, remove), _plan_search_engine(spec, remove)]
    changes: list[Change] = []
    for part in reversed(parts) if remove else parts:
        changes += yield from part
    if remove and not spec.templates:
        yield from _refuse_used_by_templates(spec, changes)
    return tuple(changes)


def with_encoder(spec: ClusterSpec) -> Procedure[ClusterSpec]:
    """The spec with the encoder that the sidecar serves.

    Raises NoEncoder, VectorConflict when an index's field does not fit it, and ClusterRefused.
    """
    encoder = yield from served_encoder(
        spec.sidecar, spec.encoder, spec.dimension, key=spec.sidecar_key, ca=spec.sidecar_ca
    )
    send = _SEND[spec.search_engine]
    yield from refuse_other_vectors(send, spec.vector_field, encoder, spec.patterns)
    return replace(spec, served=encoder, dimension=encoder.dimension)


def typical_search(
    spec: ClusterSpec, index: str | None = None, size: int | None = None
) -> TypicalSearch:
    """The advertised search of the profile, of `size` hits of `index`. Without an index they are
    sampled from those of the templates."""
    example = _EXAMPLES.get(spec.profile, _OTHER_EXAMPLE)
    index = index or ",".join(spec.patterns) or None
    return replace(example, size=size or example.size, index=index)


def verify(
    spec: ClusterSpec, index: str | None = None, size: int | None = None, *, timed: bool = True
) -> Procedure[Report]:
    """The checks of each step between the cluster and the new order; if `timed`, also whether a
    page of `size` hits is reranked in time; `index` is searched too."""
    search = typical_search(spec, index, size) if timed else None
    try:
        if spec.embed:
            spec = yield from with_encoder(spec)
        if spec.search_engine is SearchEngine.ELASTICSEARCH:
            return (yield from elasticsearch.verify(spec.elasticsearch, index, search=search))
        install, reason = yield from _routes_to_install(spec)
    except ClusterRefused as refused:
        return (Check("cluster", False, refused.message),)
    except (NoEncoder, VectorConflict) as fault:
        return (Check("encoder", False, fault.message),)
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
    index = spec.patterns[0] if spec.patterns else "YOUR-INDEX"
    if spec.search_engine is SearchEngine.ELASTICSEARCH:
        install = spec.elasticsearch
        endpoint_id = install.endpoint_id
        if spec.embed:
            query = elasticsearch.hybrid_retriever(
                query, spec.vector_field, text, elasticsearch.query_embed_id(install), window=size
            )
        body = elasticsearch.retriever_search(
            query, text, inference_id=endpoint_id, window=size, size=min(size, 10)
        )
        request = f"POST {index}/_search"
    else:
        route = _usual_route(spec.opensearch, plan)
        structured = route is Route.STRUCTURED
        build = opensearch.structured_search if structured else opensearch.flat_search
        if spec.embed:
            query = opensearch.hybrid_query(query, spec.vector_field, text, k=size)
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
        dimension=DIMENSION if spec.dimension is None else spec.dimension or None,
        index_patterns=spec.index_patterns or None,
        synonyms=spec.synonyms,
        plain_text=spec.plain_text,
        unit_vectors=spec.embed,
        final_pipeline=_final_pipeline(spec),
    )
    changes = yield from plan_templates(templates, remove=remove)
    return changes


def _final_pipeline(spec: ClusterSpec) -> str | None:
    """The one that writes vectors; None for the templates' own."""
    if not spec.embed:
        return None
    of_elasticsearch = spec.search_engine is SearchEngine.ELASTICSEARCH
    return (spec.elasticsearch if of_elasticsearch else spec.opensearch).embed_pipeline


def _refuse_used_by_templates(spec: ClusterSpec, changes: Sequence[Change]) -> Procedure[None]:
    """Templates that stay make indices, which refuse every document without their final pipeline.

    Raises StillInUse, ClusterRefused.
    """
    removed = {change.name for change in changes if change.kind == INGEST}
    name = mappings.doc_pipeline_name(spec.profile)  # Of the component template, too.
    if not removed or spec.profile not in mappings.DOMAINS:
        return
    send = _SEND[spec.search_engine]
    answer: Any = yield from ignore_missing(
        send(lambda client: client.cluster.get_component_template(name=name))
    )
    for component in (answer or {}).get("component_templates", ()):
        settings = json.dumps(component["component_template"]["template"].get("settings", {}))
        if any(json.dumps(pipeline) in settings for pipeline in removed):
            raise StillInUse(
                f"the component template {name} names the ingest pipeline {sorted(removed)}:"
                " uninstall without --no-templates, or install without --embed first"
            )


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
    spec.check()
    install = spec.opensearch
    named = Route.FLAT not in install.routes or bool(spec.routes)
    if named or (spec.has_templates and spec.text_field is None):
        return install, None
    reason = yield from missing_text_field(install, spec.index_patterns)
    if reason is None:
        return install, None
    return replace(install, routes=(Route.STRUCTURED,)), reason
