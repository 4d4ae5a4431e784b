"""Candidates from a cluster: one search for each judged query."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from es_integration.search.bodies import page_body
from es_integration.search.page import Page
from es_integration.search.source import SourceFilter
from sidecar.judgements.judgements import Judgements
from sidecar.workshop.evaluation.candidates import Candidates, EvaluationError, Hit, read_hit
from sidecar.workshop.evaluation.search_body import with_text


@dataclass(frozen=True)
class FirstStage:
    """What is searched, and how."""

    index: str
    body: Mapping[str, Any]
    """With placeholders for the query's text."""
    size: int
    """How many hits are fetched."""
    fields: Sequence[str] = ()
    """What the model reads of a hit; all of `_source` when there are none."""
    id_field: str | None = None
    title_field: str | None = None

    def search_body(self, text: str) -> dict[str, Any]:
        """The body of the search for that text."""
        body: dict[str, Any] = with_text(dict(self.body), text)
        requested = SourceFilter.of(body.get("_source"))
        extra = [name for name in (self.id_field, self.title_field) if name]
        # Only what is named leaves the cluster: documents may hold vectors.
        names = (*self.fields, *extra, "title", "name")
        source = SourceFilter(includes=names) if self.fields else requested.with_fields(extra)
        return page_body(body, Page(0, self.size), source)

    def search(
        self, client: Any, judgements: Judgements, advance: Callable[[], object]
    ) -> list[Candidates]:
        """The candidates of each query, in the order of the judgements; `advance` is called after
        each search.

        Raises what the client raises, and EvaluationError for hits that cannot be told apart.
        """
        found = []
        for query_id in judgements.grades:
            text = judgements.texts[query_id]
            answer = client.search(index=self.index, body=self.search_body(text))
            hits = self._hits(query_id, answer["hits"]["hits"])
            found.append(Candidates(query_id, text, hits, answer.get("took")))
            advance()
        return found

    def _hits(self, query_id: str, hits: Sequence[Mapping[str, Any]]) -> tuple[Hit, ...]:
        found: dict[str, Hit] = {}
        for hit in hits:
            try:
                each = read_hit(hit, self.fields, self.id_field, self.title_field)
            except ValueError as fault:
                where = f"{hit.get('_index')}/{hit.get('_id')}"
                raise EvaluationError(f"query {query_id!r}: hit {where} {fault}") from None
            if each.id in found:
                raise EvaluationError(
                    f"query {query_id!r}: two hits have the ID {each.id!r}: search one index, or "
                    "name a field that tells them apart with --id-field"
                )
            found[each.id] = each
        return tuple(found.values())
