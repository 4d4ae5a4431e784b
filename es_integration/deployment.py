"""What the options mean for each engine: the procedures of es_integration that they ask for."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mappings
from es_integration import IntegrationError, elasticsearch, opensearch
from es_integration.cluster.change import Change, Plan
from es_integration.cluster.check import Report
from es_integration.cluster.login import client
from es_integration.cluster.procedure import Procedure
from es_integration.opensearch.install import ROUTE
from es_integration.templates import plan_templates
from sidecar.cli.cluster.options import Engine, login
from sidecar.errors import StartupError


@dataclass(frozen=True)
class Wish:
    """What the command line asks to be installed, taken away or looked at."""

    engine: Engine
    sidecar: str
    profile: str
    name: str
    fields: tuple[str, ...] = ()
    read_timeout_s: int | None = None
    service: str | None = None
    sidecar_key: str | None = None
    rotate_key: bool = False
    templates: bool = True
    index_patterns: tuple[str, ...] = ()
    dimension: int = 384
    synonyms: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        if self.service is not None and self.engine is not Engine.ELASTICSEARCH:
            raise StartupError("--service is a choice of Elasticsearch's alone")
        if self.fields and self.engine is not Engine.OPENSEARCH:
            raise StartupError(
                "--fields is a choice of OpenSearch's alone: Elasticsearch sends `rerank_doc`"
            )
        if self.read_timeout_s is not None and self.engine is not Engine.OPENSEARCH:
            raise StartupError(
                "--read-timeout is a choice of OpenSearch's alone: Elasticsearch waits 30 s"
            )


@contextmanager
def reached(
    engine: Engine, url: str, api_key: str | None, user: str | None, ca: Path | None
) -> Iterator[Any]:
    """The official client; what goes wrong with it leaves as StartupError, one line."""
    try:
        with client(engine, login(url, api_key, user, ca)) as official:
            yield official
    except (IntegrationError, ValueError) as fault:
        raise StartupError(str(fault)) from None


def plan(wish: Wish, remove: bool) -> Procedure[Plan]:
    """What would change, in order: an ingest pipeline stands before what reads its field."""
    parts = [_plan_templates(wish, remove), _plan_wiring(wish, remove)]
    changes: list[Change] = []
    for part in reversed(parts) if remove else parts:
        changes += yield from part
    return tuple(changes)


def verify(wish: Wish, index: str | None) -> Procedure[Report]:
    """The chain from the cluster to the new order."""
    if wish.engine is Engine.ELASTICSEARCH:
        return elasticsearch.verify(_elasticsearch(wish), index)
    return opensearch.verify(_opensearch(wish), index)


def _plan_templates(wish: Wish, remove: bool) -> Procedure[Plan]:
    """A profile of one's own has no template."""
    if not wish.templates or wish.profile not in mappings.DOMAINS:
        return ()
    templates = mappings.load(
        wish.engine,
        wish.profile,
        dimension=wish.dimension or None,
        index_patterns=wish.index_patterns or None,
        synonyms=wish.synonyms,
    )
    changes = yield from plan_templates(templates, remove=remove)
    return changes


def _plan_wiring(wish: Wish, remove: bool) -> Procedure[Plan]:
    if wish.engine is Engine.ELASTICSEARCH:
        endpoint = _elasticsearch(wish)
        return (elasticsearch.plan_uninstall if remove else elasticsearch.plan_install)(endpoint)
    routes = _opensearch(wish)
    return (opensearch.plan_uninstall if remove else opensearch.plan_install)(routes)


def _elasticsearch(wish: Wish) -> elasticsearch.ElasticsearchInstall:
    service: Any = wish.service or "hugging_face"
    return elasticsearch.ElasticsearchInstall(
        wish.sidecar,
        wish.profile,
        service,
        wish.name,
        sidecar_key=wish.sidecar_key,
        rotate_key=wish.rotate_key,
    )


def _opensearch(wish: Wish) -> opensearch.OpenSearchInstall:
    default = opensearch.OpenSearchInstall.read_timeout_s
    return opensearch.OpenSearchInstall(
        wish.sidecar,
        wish.profile,
        wish.fields,
        wish.name,
        sidecar_key=wish.sidecar_key,
        rotate_key=wish.rotate_key,
        read_timeout_s=wish.read_timeout_s or default,
    )


def usage(wish: Wish, planned: Plan) -> str:
    """How a search is reranked from now on, by the better route of those that can be had."""
    if wish.engine is Engine.ELASTICSEARCH:
        body = elasticsearch.retriever_search(
            {"match": {"title": "red shoes"}},
            "red shoes",
            inference_id=_elasticsearch(wish).endpoint_id,
        )
        request = "POST products/_search"
    else:
        wanted = _opensearch(wish)
        left_out = {change.name for change in planned if change.kind == ROUTE}
        flat = wanted.pipeline(opensearch.Route.STRUCTURED) in left_out
        build = opensearch.flat_search if flat else opensearch.structured_search
        body = build({"match": {"title": "red shoes"}}, "red shoes", size=50)
        pipeline = wanted.pipeline(opensearch.Route.FLAT if flat else opensearch.Route.STRUCTURED)
        request = f"POST products/_search?search_pipeline={pipeline}"
    return f"A search that is reranked:\n{request}\n{json.dumps(body)}"


def split(fields: str | None) -> tuple[str, ...]:
    """Names between commas."""
    return tuple(name.strip() for name in fields.split(",")) if fields else ()


def synonym_rules(file: Path | None) -> tuple[str, ...] | None:
    """The rules of a file in Solr's format, comments left out; None without a file."""
    if file is None:
        return None
    lines = (line.strip() for line in file.read_text(encoding="utf-8").splitlines())
    return tuple(line for line in lines if line and not line.startswith("#"))
