"""A row's ranking: of whatever ranks, and of a model in this process."""

import contextlib
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from sidecar.errors import (
    InferenceFailed,
    InvalidRequest,
    NonFiniteScore,
    RerankError,
    StartupError,
)
from sidecar.workshop.bulk.input_rows import BulkError, InputRow
from sidecar.workshop.evaluation.candidates import NO_ROW, raw_hits, read_hit

if TYPE_CHECKING:
    from sidecar.inprocess import Reranker

DEADLINE_S = 86_400.0
"""Nobody waits for a row: long documents are read whole, and no row is refused for its length."""
ROWS_PER_WORKER = 2
"""How many rows are under way for each worker: while one is read and tokenised, another is run."""


@dataclass(frozen=True, slots=True)
class RankingOptions:
    """How rows are ranked: what scores and orders depend on, beside the model."""

    profile: str | None = None
    instruction: str | None = None
    fields: tuple[str, ...] = ()
    """Of a hit's `_source`, that the model reads; none: all."""
    window: int | None = None
    """How many of the first hits are ranked; None: all."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """The order of a row's hits, down to the window."""

    order: tuple[int, ...]
    """Indexes of the hits, best first."""
    scores: tuple[float, ...]
    """Theirs, in [0, 1], in that order."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that has no ranking."""

    reason: str


def as_json(ranking: Ranking | Rejected) -> dict[str, Any]:
    """The ranking as it is kept in a file and sent between machines."""
    if isinstance(ranking, Rejected):
        return {"rejected": ranking.reason}
    return {"order": ranking.order, "scores": ranking.scores}


def from_json(value: Any) -> Ranking | Rejected:
    """What `as_json` made. Raises TypeError or KeyError for what is damaged."""
    if "rejected" in value:
        return Rejected(value["rejected"])
    return Ranking(tuple(value["order"]), tuple(value["scores"]))


def query_and_documents(
    row: InputRow, options: RankingOptions
) -> tuple[str, list[Mapping[str, Any] | str]]:
    """The row's query, and what the model reads of its hits, down to the window. Raises
    ValueError."""
    value = row.parsed()
    if not isinstance(value, dict) or "hits" not in value:
        raise ValueError(NO_ROW)
    query = value.get("query")
    if not isinstance(query, str) or not query.strip():
        raise ValueError("has no text in `query`")
    documents = []
    for position, hit in enumerate(raw_hits(value)[: options.window], 1):
        try:
            documents.append(read_hit(hit, options.fields, None, None).document)
        except ValueError as fault:
            raise ValueError(f"hit {position} {fault}") from None
    return query, documents


class RowRanker(Protocol):
    """Ranks rows."""

    def identity(self) -> dict[str, Any]:
        """What decides orders and scores, by names that a user knows. Equal ones give equal
        rankings."""

    def in_order(self, rows: Iterator[InputRow]) -> Iterator[tuple[InputRow, Ranking | Rejected]]:
        """Each row with its ranking, or why it has none, in the order of the rows; a few are under
        way at a time. Raises BulkError where the model fails."""


def rank_in_threads(
    rank: Callable[[InputRow], Ranking | Rejected], rows: Iterator[InputRow], workers: int
) -> Iterator[tuple[InputRow, Ranking | Rejected]]:
    """A ranker's `in_order`, by a function that may be called from several threads and works on so
    many rows at once."""
    under_way: deque[tuple[InputRow, Future[Ranking | Rejected]]] = deque()
    most = ROWS_PER_WORKER * workers
    with ThreadPoolExecutor(most) as pool:
        try:
            for row in rows:
                under_way.append((row, pool.submit(rank, row)))
                if len(under_way) == most:
                    yield _first(under_way)
            while under_way:
                yield _first(under_way)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _first(
    under_way: deque[tuple[InputRow, Future[Ranking | Rejected]]],
) -> tuple[InputRow, Ranking | Rejected]:
    row, ranking = under_way.popleft()
    return row, ranking.result()


class InProcessRanker:
    """A RowRanker. `opened_ranker` makes one."""

    def __init__(self, reranker: "Reranker", options: RankingOptions) -> None:
        """Raises BulkError for an unknown profile, or an instruction that does not fit."""
        self._reranker = reranker
        self._options = options
        names = reranker.registry.config.profiles.names
        if options.profile is not None and options.profile not in names:
            known = ", ".join(names)
            raise BulkError(f"there is no profile {options.profile!r}, only {known}: --profiles")
        try:
            self._rerank("a query", ["a document"])
        except InvalidRequest as fault:
            raise BulkError(fault.message) from None

    def identity(self) -> dict[str, Any]:
        registry = self._reranker.registry
        profile = registry.config.profiles.get(self._options.profile or "plain")
        return {
            "model": registry.default.model.name,
            "score revision": registry.default.model.running.score_revision,
            "profile": profile.name,
            "content of the profile": profile.model_dump(mode="json"),
            "instruction": self._options.instruction,
            "fields": list(self._options.fields),
            "window": self._options.window,
        }

    def in_order(self, rows: Iterator[InputRow]) -> Iterator[tuple[InputRow, Ranking | Rejected]]:
        workers = self._reranker.registry.default.model.layout.workers
        return rank_in_threads(self._rank, rows, workers)

    def _rank(self, row: InputRow) -> Ranking | Rejected:
        try:
            query, documents = query_and_documents(row, self._options)
            if not documents:
                return Ranking((), ())
            return self._rerank(query, documents)
        except ValueError as fault:
            return Rejected(str(fault))
        except InferenceFailed as fault:
            raise BulkError(f"the model failed at row {row.number}: {fault.message}") from None
        except StartupError:
            raise
        except (InvalidRequest, NonFiniteScore) as fault:
            return Rejected(fault.message)
        except RerankError as fault:
            raise BulkError(f"row {row.number}: {fault.message}") from None

    def _rerank(self, query: str, documents: list[Mapping[str, Any] | str]) -> Ranking:
        ranked = self._reranker.rerank(
            query,
            documents,
            profile=self._options.profile,
            instruction=self._options.instruction,
        ).ranked
        return Ranking(tuple(each.index for each in ranked), tuple(each.score for each in ranked))


@contextlib.contextmanager
def opened_ranker(
    model: Path | None, profiles: Path | None, options: RankingOptions, **runtime: Any
) -> Iterator[InProcessRanker]:
    """The ranker of that model folder; None is the shipped one. `runtime` are fields of
    `RuntimeOptions`. Raises StartupError."""
    from sidecar.inprocess import Reranker

    with Reranker.open(model, profiles=profiles, deadline_s=DEADLINE_S, **runtime) as reranker:
        yield InProcessRanker(reranker, options)
