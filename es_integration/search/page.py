"""Which hits a page needs from the first stage, and the answer with that page.

The first `rank_window` hits of the first stage are reranked, and the page is cut from the new
order. The same search with another `from` reranks the same hits, so pages neither overlap nor leave
a hit out. A page behind the rank window shows the first stage's order; with a `min_score` it is
empty, because nothing there has a score.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from es_integration.cluster.procedure import Body
from es_integration.sidecar_client import Ranking

DEFAULT_SIZE = 10
"""The default of both search engines."""
OTHER_PAGING = ("search_after", "scroll", "slice")
BODY_ONLY = ("from", "size", "q", "query", "knn", "retriever")
"""They decide about hits or page: as parameters they would silently override the body."""

_BY_SCORE: tuple[Any, ...] = (
    "_score",
    "_score:desc",
    {"_score": {}},
    {"_score": "desc"},
    {"_score": {"order": "desc"}},
)
"""The first keys of a `sort` that leave the order to the score."""

FIRST_STAGE_SCORE = "_first_stage_score"
TEAM = "_team"
"""Of an interleaved hit: the arm that added it."""
REPORT = "rerank"
"""The key of an answer that says whether its hits were reranked."""


@dataclass(frozen=True, slots=True)
class Page:
    """The hits from `start`, `size` of them."""

    start: int
    size: int

    @classmethod
    def of(cls, body: Mapping[str, Any], params: Iterable[str] = ()) -> "Page":
        """The page that a search asks for.

        Raises ValueError for other ways of paging, which would rerank other hits on each page, and
        for parameters that belong in the body.
        """
        names = [name.removesuffix("_") for name in params]
        for key in OTHER_PAGING:
            if key in body or key in names:
                raise ValueError(f"{key}: a reranked window is paged with `from` and `size`")
        for name in names:
            if name in BODY_ONLY or name.removeprefix("_").startswith("source"):
                raise ValueError(f"{name}: put it into the body")
        start, size = body.get("from", 0), body.get("size", DEFAULT_SIZE)
        if not (isinstance(start, int) and isinstance(size, int) and start >= 0 and size >= 0):
            raise ValueError("`from` and `size` must be whole numbers, 0 or more")
        return cls(start, size)

    def first_stage(self, rank_window: int, *, window_only: bool = False) -> "Page":
        """The hits that the first stage must return: the rank window and, unless `window_only`, the
        rest of this page. A page wholly behind the rank window needs only itself."""
        if self.size == 0 or (self.start >= rank_window and not window_only):
            return self
        return Page(0, rank_window if window_only else max(rank_window, self.start + self.size))

    def cut(self, hits: list[Body], retrieved: "Page") -> list[Body]:
        """This page's hits out of those of the page that was retrieved."""
        start = self.start - retrieved.start
        return hits[start : start + self.size]


def sorted_otherwise(body: Mapping[str, Any], params: Mapping[str, Any]) -> bool:
    """Whether the search asks for an order of its own: any `sort` that does not begin with the
    score, best first."""
    sort = params.get("sort", body.get("sort"))
    keys = sort.split(",") if isinstance(sort, str) else sort
    if isinstance(keys, Mapping):
        keys = [keys]
    return bool(keys) and keys[0] not in _BY_SCORE


def first_stage_answer(answer: Body, page: Page, retrieved: Page, reason: str) -> Body:
    """The page in the first stage's order, with the reason why it is not reranked."""
    return _answer(answer, page.cut(answer["hits"]["hits"], retrieved), {"reason": reason})


def reranked_answer(
    answer: Body,
    page: Page,
    retrieved: Page,
    rank_window: int,
    ranking: Ranking,
    *,
    min_score: float | None = None,
) -> Body:
    """The page in the new order, with the sidecar's score in `_score` and the search engine's in
    `_first_stage_score`.

    `max_score` is the best of the rank window, as a search engine's is the best of all pages. The
    hits behind the rank window follow in the first stage's order, with its scores; not so with a
    `min_score`, where the report counts the hits that the sidecar left out.
    """
    assert ranking.scores is not None, "the answer was reranked"
    hits = answer["hits"]["hits"]
    reranked = [
        {**hits[index], "_score": score, FIRST_STAGE_SCORE: hits[index].get("_score")}
        for index, score in zip(ranking.order, ranking.scores, strict=True)
    ]
    head, behind = hits[:rank_window], hits[rank_window:]
    report: dict[str, Any] = {"hits": len(reranked)}
    if ranking.coverage is not None:
        report["coverage"] = ranking.coverage
    if ranking.degraded is not None:
        report["degraded"] = ranking.degraded
    if ranking.warnings:
        report["warnings"] = list(ranking.warnings)
    if min_score is not None:
        behind = []
        report["below_min_score"] = len(head) - len(reranked)
    result = _answer(answer, page.cut(reranked + behind, retrieved), report)
    result["hits"]["max_score"] = max(ranking.scores, default=None)
    return result


def interleaved_answer(
    answer: Body,
    page: Page,
    retrieved: Page,
    rank_window: int,
    order: Sequence[int],
    teams: Sequence[str],
    scores: Sequence[float | None],
    *,
    min_score: float | None = None,
) -> Body:
    """As `reranked_answer`, with hits of several arms: `_team` is the arm that added a hit, and
    `_score` that arm's score, which says nothing of hits of other teams. A hit that its arm has
    not scored keeps the search engine's."""
    hits = answer["hits"]["hits"]
    shown = []
    for index, team, score in zip(order, teams, scores, strict=True):
        hit = {**hits[index], TEAM: team}
        if score is not None:
            hit |= {"_score": score, FIRST_STAGE_SCORE: hits[index].get("_score")}
        shown.append(hit)
    report: dict[str, Any] = {"hits": len(shown), "interleaved": True}
    behind = hits[rank_window:]
    if min_score is not None:
        behind = []
        report["below_min_score"] = len(hits[:rank_window]) - len(shown)
    result = _answer(answer, page.cut(shown + behind, retrieved), report)
    known = [score for score in scores if score is not None]
    result["hits"]["max_score"] = max(known, default=answer["hits"].get("max_score"))
    return result


def empty_answer(answer: Body, reason: str) -> Body:
    """A page without hits, with the reason."""
    return _answer(answer, [], {"reason": reason})


def unranked_answer(answer: Body, reason: str) -> Body:
    """The search engine's own answer, with the reason why it is not reranked."""
    return _answer(answer, answer["hits"]["hits"], {"reason": reason})


def _answer(answer: Body, hits: list[Body], report: dict[str, Any]) -> Body:
    report = {"reranked": "reason" not in report, **report}
    return {**answer, "hits": {**answer["hits"], "hits": hits}, REPORT: report}


def checked_ranking(ranking: Ranking, hits: int, *, min_score: float | None = None) -> Ranking:
    """The ranking, or the given order with the reason if it does not name each hit exactly once.
    With a `min_score` it may leave hits out.

    Its order is kept, not sorted by score: the sidecar sorts by logits, and two logits may have the
    same score.
    """
    once = len(set(ranking.order)) == len(ranking.order)
    every = min_score is not None or len(ranking.order) == hits
    if ranking.scores is None or (once and every):
        return ranking
    return Ranking(tuple(range(hits)), None, "the sidecar's answer does not name each hit once")
