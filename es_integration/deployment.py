"""A cluster's whole setup for one profile: index templates, and what calls the sidecar.

    spec = ClusterSpec(SearchEngine.OPENSEARCH, "http://sidecar:8080", "ecommerce")
    run(client, apply(run(client, plan(spec))))
    print(usage(spec, plan))

`rerank-sidecar install`, `uninstall` and `verify` are these procedures.
"""

import json
from dataclasses import dataclass
from typing import Any

import mappings
from es_integration import elasticsearch, opensearch
from es_integration.cluster.change import Change, Plan
from es_integration.cluster.check import Report
from es_integration.cluster.procedure import Procedure
from es_integration.opensearch.install import ROUTE
from es_integration.templates import plan_templates
from mappings import SearchEngine


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
    read_timeout_s: int | None = None
    """OpenSearch: how long a search waits for the sidecar; None: the default."""
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

    def __post_init__(self) -> None:
        if self.service is not None and self.search_engine is not SearchEngine.ELASTICSEARCH:
            raise ValueError("--service is for Elasticsearch only")
        if self.search_engine is SearchEngine.OPENSEARCH:
            return
        if self.fields:
            raise ValueError("--fields is for OpenSearch only: Elasticsearch sends `rerank_doc`")
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
        default = opensearch.OpenSearchInstall.read_timeout_s
        return opensearch.OpenSearchInstall(
            self.sidecar,
            self.profile,
            self.fields,
            self.name,
            sidecar_key=self.sidecar_key,
            rotate_key=self.rotate_key,
            read_timeout_s=self.read_timeout_s or default,
        )


def plan(spec: ClusterSpec, *, remove: bool = False) -> Procedure[Plan]:
    """What would change, in order: the ingest pipeline comes before what reads its field.

    Raises ClusterRefused, StillInUse, ValueError.
    """
    parts = [_plan_templates(spec, remove), _plan_search_engine(spec, remove)]
    changes: list[Change] = []
    for part in reversed(parts) if remove else parts:
        changes += yield from part
    return tuple(changes)


def verify(spec: ClusterSpec, index: str | None = None) -> Procedure[Report]:
    """The checks of each step between the cluster and the new order; `index` is searched too."""
    if spec.search_engine is SearchEngine.ELASTICSEARCH:
        return elasticsearch.verify(spec.elasticsearch, index)
    return opensearch.verify(spec.opensearch, index)


def usage(spec: ClusterSpec, plan: Plan) -> str:
    """A search that is reranked after the plan: on OpenSearch by the structured route, or by the
    flat one if the plan leaves the structured one out."""
    query: dict[str, Any] = {"match": {"title": "red shoes"}}
    if spec.search_engine is SearchEngine.ELASTICSEARCH:
        endpoint_id = spec.elasticsearch.endpoint_id
        body = elasticsearch.retriever_search(query, "red shoes", inference_id=endpoint_id)
        request = "POST products/_search"
    else:
        install = spec.opensearch
        left_out = {change.name for change in plan if change.kind == ROUTE}
        flat = install.pipeline(opensearch.Route.STRUCTURED) in left_out
        build = opensearch.flat_search if flat else opensearch.structured_search
        body = build(query, "red shoes", size=50)
        pipeline = install.pipeline(opensearch.Route.FLAT if flat else opensearch.Route.STRUCTURED)
        request = f"POST products/_search?search_pipeline={pipeline}"
    return f"A search that is reranked:\n{request}\n{json.dumps(body)}"


def _plan_templates(spec: ClusterSpec, remove: bool) -> Procedure[Plan]:
    """A profile of your own has no templates."""
    if not spec.templates or spec.profile not in mappings.DOMAINS:
        return ()
    templates = mappings.load(
        spec.search_engine,
        spec.profile,
        dimension=spec.dimension or None,
        index_patterns=spec.index_patterns or None,
        synonyms=spec.synonyms,
    )
    changes = yield from plan_templates(templates, remove=remove)
    return changes


def _plan_search_engine(spec: ClusterSpec, remove: bool) -> Procedure[Plan]:
    if spec.search_engine is SearchEngine.ELASTICSEARCH:
        install = spec.elasticsearch
        return (elasticsearch.plan_uninstall if remove else elasticsearch.plan_install)(install)
    routes = spec.opensearch
    return (opensearch.plan_uninstall if remove else opensearch.plan_install)(routes)
