"""Which hits a page of the answer needs, and the answer that it becomes.

The first `window` hits of the first stage are reranked, and a page is cut from the new order. The
same search with another `from` reranks the same window, so pages neither overlap nor leave a hit
out. A page behind the window has what the first stage has there.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from es_integration.search.options import Body
from es_integration.sidecar_client.async_client import Ranking

DEFAULT_SIZE = 10
"""Both engines' own."""
OTHER_PAGING = ("search_after", "scroll", "slice")
BODY_ONLY = ("from", "size", "q", "query", "knn", "retriever")
"""What decides over hits or page: beside the body it would outdo what is asked here, unseen."""

KEPT_SCORE = "_first_stage_score"
REPORT = "rerank"
"""The key of an answer that says whether it was reranked."""


@dataclass(frozen=True, slots=True)
class Page:
    """The hits from `start`, `size` of them."""

    start: int
    size: int

    @classmethod
    def of(cls, body: Mapping[str, Any], params: Iterable[str] = ()) -> "Page":
        """The page that a search's body asks for. Raises ValueError for other ways of paging:
        a window that begins somewhere else on each page would rerank other hits each time; and
        for parameters that belong in the body."""
        given = [name.removesuffix("_") for name in params]
        for key in OTHER_PAGING:
            if key in body or key in given:
                raise ValueError(f"{key}: a reranked window is paged with `from` and `size`")
        for key in given:
            if key in BODY_ONLY or key.removeprefix("_").startswith("source"):
                raise ValueError(f"{key}: put it into the body")
        start, size = body.get("from", 0), body.get("size", DEFAULT_SIZE)
        if not (isinstance(start, int) and isinstance(size, int) and start >= 0 and size >= 0):
            raise ValueError("`from` and `size` must be whole numbers, 0 or more")
        return cls(start, size)

    def span(self, window: int, *, window_only: bool = False) -> "Page":
        """What the first stage must bring: the window, and with a query body what the page shows
        behind it; a page that lies behind it altogether needs nothing else."""
        if self.size == 0 or (self.start >= window and not window_only):
            return self
        return Page(0, window if window_only else max(window, self.start + self.size))

    def cut(self, hits: list[Body], span: "Page") -> list[Body]:
        """This page's hits out of those that `span` brought."""
        start = self.start - span.start
        return hits[start : start + self.size]


def unchanged(answer: Body, page: Page, span: Page, reason: str) -> Body:
    """The first stage's page, with the reason why it is not reranked."""
    return _answer(answer, page.cut(answer["hits"]["hits"], span), {"reason": reason})


def reranked(answer: Body, page: Page, span: Page, window: int, ranking: Ranking) -> Body:
    """The page of the new order: `_score` is the sidecar's, `_first_stage_score` the engine's.

    `max_score` is the best of the whole window, as the engines' own is that of all pages. The hits
    behind the window follow as the first stage had them, with its scores.
    """
    assert ranking.scores is not None, "it was reranked"
    hits = answer["hits"]["hits"]
    new = [
        {**hits[index], "_score": score, KEPT_SCORE: hits[index].get("_score")}
        for index, score in zip(ranking.order, ranking.scores, strict=True)
    ]
    done = _answer(answer, page.cut(new + hits[window:], span), {"hits": len(new)})
    done["hits"]["max_score"] = max(ranking.scores)
    return done


def _answer(answer: Body, hits: list[Body], report: dict[str, Any]) -> Body:
    report = {"reranked": "reason" not in report, **report}
    return {**answer, "hits": {**answer["hits"], "hits": hits}, REPORT: report}


def whole(ranking: Ranking, hits: int) -> Ranking:
    """The ranking; without scores, and with the reason, where it does not name each hit once.

    Its order stays: the sidecar sorts by logits, and two of them may have the same score.
    """
    if ranking.scores is None or sorted(ranking.order) == list(range(hits)):
        return ranking
    return Ranking(tuple(range(hits)), None, "the sidecar's answer does not name each hit once")
