"""How good the orders are that are served, for the queries that are judged.

A document is known by the request's `document_ids`, else by a field that it brings (the setting
`judgements_id`), also inside of JSON or YAML. Queries and IDs are in no label and no log line.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import structlog

from sidecar.contracts.dialect import Dialect
from sidecar.judgements.judged_queries import (
    JudgedQueries,
    JudgedQuery,
    TopTen,
    read_judged_queries,
)
from sidecar.judgements.top_ten import CUTOFF
from sidecar.pipeline.effect import first_stage_scores
from sidecar.pipeline.given_order import first_stage_order
from sidecar.profile import PLAIN
from sidecar.request import Document, RankRequest, RankResult
from sidecar.telemetry.quality_metrics import QualityMetrics
from sidecar.text.parse import parse

log = structlog.get_logger("rerank")
MAX_READ = 100
"""Documents of an order whose IDs are read, to find ten that differ."""
Labels = tuple[str, str, str]
"""Profile, model and arm."""


class JudgedAnswers:
    """The judgements in force, and the metrics of answers to their queries."""

    def __init__(self, queries: JudgedQueries, id_field: str, metrics: QualityMetrics) -> None:
        self._queries = queries
        self._id_path = id_field.split(".")
        self._metrics = metrics

    @classmethod
    def open(cls, file: Path, id_field: str, metrics: QualityMetrics) -> "JudgedAnswers":
        """With the judgements of the file. Raises JudgementsError."""
        queries = read_judged_queries(file)
        log.info("judgements", queries=len(queries), left_out=queries.left_out)
        return cls(queries, id_field, metrics)

    def record(
        self, dialect: Dialect, request: RankRequest, result: RankResult, arm: str = ""
    ) -> None:
        """Counts an answer to a request in that arm (EXPERIMENT/ARM); one that ranks nothing, or
        for a query per document, is none."""
        if not dialect.ranks or request.queries or not result.ranked:
            return
        labels = (request.control.profile or PLAIN.name, _ranker(result), arm)
        query = self._queries.find(request.query)
        order = [item.index for item in sorted(result.ranked, key=lambda item: -item.logit)]
        ids = self._ids(request, order) if query else []
        outcome = "unjudged" if query is None else "judged" if any(ids) else "without_ids"
        self._metrics.requests.labels(*labels, outcome).inc()
        if query is None or outcome != "judged":
            return
        shown = self._observe(query, ids, labels, "reranked")
        judged = self._metrics.documents.labels(*labels, "judged")
        judged.inc(shown.judged)
        unjudged = self._metrics.documents.labels(*labels, "unjudged")
        unjudged.inc(shown.documents - shown.judged)
        if dialect.ordered or first_stage_scores(request.documents) is not None:
            first = first_stage_order(request.documents)[: request.top_n or None]
            self._observe(query, self._ids(request, first), labels, "first_stage")

    def _observe(
        self, query: JudgedQuery, ids: Sequence[str | None], labels: Labels, order: str
    ) -> TopTen:
        top = query.top_ten(ids)
        self._metrics.ndcg.labels(*labels, order).observe(top.ndcg)
        self._metrics.mrr.labels(*labels, order).observe(top.mrr)
        return top

    def _ids(self, request: RankRequest, order: Sequence[int]) -> list[str | None]:
        """The IDs of the first ten documents in that order; None is one that is not known. One
        that comes again, as the passages of a page do, is found once."""
        given, documents = request.control.document_ids, request.documents
        ids: list[str | None] = []
        for index in order[:MAX_READ]:
            if len(given) == len(documents):
                found: str | None = given[index]
            else:
                found = document_id(documents[index], self._id_path)
            if found is None or found not in ids:
                ids.append(found)
            if len(ids) == CUTOFF:
                break
        return ids


def document_id(document: Document, path: Sequence[str]) -> str | None:
    """What the document has at that path of keys; None where that is no text and no whole number.

    A list of one value, as a search's `fields` has it, is that value.
    """
    value: object = document.source  # whole, whatever fields the request selects
    if isinstance(value, str):
        value = parse(value, PLAIN)
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    return str(value).strip() or None


def _ranker(result: RankResult) -> str:
    """What made the order: the model, or what answered in its place; `order` for an arm that is
    off."""
    if not result.degraded and not result.pair_logits:
        return "order"
    if result.degraded and result.degraded.by != "stand_in":
        return result.degraded.by
    return result.model
