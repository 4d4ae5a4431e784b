"""The shop's index: on an OpenSearch node, or without one BM25 in this process, by files."""

import json
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from opensearchpy import OpenSearch
from remembered import RememberedCluster
from shop import SEARCHED, Shop

from es_integration import LocalOpenSearch
from sidecar.workshop.demo.bm25_index import Bm25Index
from sidecar.workshop.demo.collections import Collection, Document
from sidecar.workshop.demo.demo_index import indexed

HITS = 30
"""That are reranked."""
CANDIDATES = "hits.jsonl"
BODY = "first-stage.json"
TEXT = {"type": "text", "analyzer": "english"}
PROPERTIES = {
    **dict.fromkeys(SEARCHED, TEXT),
    "rating": {"type": "half_float"},
    "sales": {"type": "integer"},
    "in_stock": {"type": "boolean"},
}
Body = dict[str, Any]


@dataclass(frozen=True)
class FirstStage:
    """Where two-stage search and the commands find hits."""

    client: Any
    index: str
    options: Sequence[str]
    """How a command is told where it finds them."""


def body(text: str) -> Body:
    """The search that the shop sends."""
    return {"query": {"multi_match": {"query": text, "fields": list(SEARCHED)}}}


@contextmanager
def on_node(shop: Shop, url: str) -> Iterator[FirstStage]:
    """The products in an index of the node, which is deleted afterwards."""
    with (
        closing(OpenSearch(url, timeout=90)) as client,
        indexed(client, shop.collection, PROPERTIES, _source) as index,
    ):
        options = ("--cluster", url, "--index", index, "--body", BODY)
        yield FirstStage(RememberedCluster(client), index, options)


@contextmanager
def on_local_node(shop: Shop) -> Iterator[FirstStage]:
    """As `on_node`, on a node that runs meanwhile. Raises IntegrationError."""
    with LocalOpenSearch(heap="512m", log=print) as node, on_node(shop, node.url) as found:
        yield found


@contextmanager
def from_files(shop: Shop) -> Iterator[FirstStage]:
    """Without a node: what BM25 in this process finds."""
    client = RememberedCluster(_InProcess(shop.collection))
    yield FirstStage(client, "", ("--candidates", CANDIDATES))


def write_first_stage(shop: Shop, found: FirstStage, work: Path) -> None:
    """The search body, and every query's hits, as the commands read them."""
    (work / BODY).write_text(json.dumps(body("{{query}}")), "utf8")
    lines = []
    for text in shop.queries:
        answer = found.client.search(index=found.index, body={**body(text), "size": HITS})
        hits = [
            {key: hit[key] for key in ("_id", "_score", "_source")}
            for hit in answer["hits"]["hits"]
        ]
        lines.append(json.dumps({"query": text, "hits": hits}, ensure_ascii=False) + "\n")
    (work / CANDIDATES).write_text("".join(lines), "utf8")


def _source(document: Document) -> Body:
    return {name: value for name, value in document.source.items() if name != "id"}


class _InProcess(OpenSearch):  # type: ignore[misc]
    """Answers as OpenSearch does, as far as the shop's own search asks. Two-stage search takes
    official clients alone."""

    def __init__(self, collection: Collection) -> None:
        self._bm25 = Bm25Index(collection)

    def search(self, *, body: Body, **_: Any) -> Body:
        start, size = body.get("from", 0), body.get("size", 10)
        found = self._bm25.search(body["query"]["multi_match"]["query"], start + size)
        hits = [
            {"_id": document.id, "_score": score, "_source": _source(document)}
            for document, score in found[start:]
        ]
        return {"took": 0, "hits": {"hits": hits}}
