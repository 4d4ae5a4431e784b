"""Where the hits of a search come from: a list that the test gives, or a real node."""

import json
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from tests.es_integration.fake_elasticsearch.errors import ElasticsearchError, bad_argument

Body = dict[str, Any]


@dataclass(frozen=True)
class Document:
    """A hit of the list; documents are given in Lucene's order within their shards."""

    id: str
    source: Mapping[str, Any]
    score: float = 1.0
    """Of the first stage."""
    shard: int = 0


@dataclass(frozen=True)
class Hit:
    """A hit of the first stage."""

    shard: int
    doc: int
    """Lucene's number of the document in its shard."""
    score: float
    text: str | None
    """First value of the reranked field; None where the field is missing."""
    shown: Body
    """As the answer shows it."""


@dataclass(frozen=True)
class Page:
    """A window of hits in their first-stage order, and the answer that it came in."""

    hits: tuple[Hit, ...]
    answer: Body


class Hits(Protocol):
    """A source of hits."""

    def retrieve(self, index: str, retriever: Mapping[str, Any], body: Body, field: str) -> Page:
        """The hits of an inner retriever; `body` holds the window as its size."""

    def rows(self) -> Sequence[Mapping[str, Any]]:
        """What ES|QL has before RERANK."""

    def forward(self, method: str, path: str, body: bytes, kind: str) -> tuple[int, bytes]:
        """The answer of the node behind the fake to what is not the fake's."""


@dataclass(frozen=True)
class ListedHits:
    """Every document matches every query, with the score that it was given."""

    documents: Sequence[Document] = field(default_factory=tuple)

    def retrieve(self, index: str, retriever: Mapping[str, Any], body: Body, field: str) -> Page:
        numbers: dict[int, int] = {}
        hits = []
        for document in self.documents:
            doc = numbers[document.shard] = numbers.get(document.shard, -1) + 1
            shown = {"_index": index, "_id": document.id, "_score": document.score}
            if body.get("_source") is not False:
                shown["_source"] = dict(document.source)
            text = first_value(document.source.get(field))
            hits.append(Hit(document.shard, doc, document.score, text, shown))
        hits.sort(key=lambda hit: (-hit.score, hit.shard, hit.doc))
        total = {"value": len(hits), "relation": "eq"}
        answer = {"took": 1, "timed_out": False, "hits": {"total": total}}
        return Page(tuple(hits[: body["size"]]), answer)

    def rows(self) -> Sequence[Mapping[str, Any]]:
        return [document.source for document in self.documents]

    def forward(self, method: str, path: str, body: bytes, kind: str) -> tuple[int, bytes]:
        raise bad_argument(f"no handler found for uri [{path}] and method [{method}]")


@dataclass(frozen=True)
class NodeHits:
    """A real node's hits, by its own `standard` retriever."""

    url: str

    def retrieve(self, index: str, retriever: Mapping[str, Any], body: Body, field: str) -> Page:
        """Asks for the shard (`explain`) and Lucene's number (`_doc`): no hit shows them."""
        if set(retriever) != {"standard"}:
            raise bad_argument(f"the fake splits no [{', '.join(retriever)}] retriever")
        standard = {**retriever["standard"], "sort": ["_score", "_doc"]}
        request = {**body, "retriever": {"standard": standard}, "fields": [field], "explain": True}
        answer = self._search(index, request)
        hits = []
        for shown in answer["hits"]["hits"]:
            del shown["_explanation"], shown["_node"]
            shard = int(shown.pop("_shard").rpartition("[")[2].rstrip("]"))
            score, doc = shown.pop("sort")
            values = shown.pop("fields", {}).get(field)
            hits.append(Hit(shard, doc, score, first_value(values), {**shown, "_score": score}))
        return Page(tuple(hits), answer)

    def rows(self) -> Sequence[Mapping[str, Any]]:
        raise bad_argument("the node behind the fake has no ES|QL")

    def forward(self, method: str, path: str, body: bytes, kind: str) -> tuple[int, bytes]:
        headers = {"Content-Type": kind} if body else {}
        request = urllib.request.Request(
            self.url + path, data=body or None, headers=headers, method=method
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read()

    def _search(self, index: str, body: Body) -> Body:
        raw = json.dumps(body).encode()
        status, answer = self.forward("POST", f"/{index}/_search", raw, "application/json")
        content: Body = json.loads(answer)
        if status != 200:
            raise ElasticsearchError(status, content["error"]["type"], content["error"]["reason"])
        return content


def first_value(value: Any) -> str | None:
    """What the retriever sends of a field: the first value's string, None for no value. The values
    of an object's path are not fetched."""
    if isinstance(value, list):
        value = value[0] if value else None
    return None if value is None or isinstance(value, Mapping) else java_text(value)


def java_text(value: Any) -> str:
    """As Java's toString says it."""
    return str(value).lower() if isinstance(value, bool) else str(value)
