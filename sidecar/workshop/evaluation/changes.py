"""The queries that gained and lost most, with their documents before and after. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sidecar.workshop.evaluation.candidates import Candidates
from sidecar.workshop.evaluation.orders import Floats

SHOWN_HITS = 5


@dataclass(frozen=True, slots=True)
class ShownHit:
    """A document in a ranking."""

    id: str
    title: str
    grade: float | None
    """None: nobody judged it."""
    first_stage_rank: int


@dataclass(frozen=True, slots=True)
class QueryChange:
    """A query under two orders."""

    query_id: str
    query: str
    before: float
    after: float
    """The metric's values."""
    baseline_hits: tuple[ShownHit, ...]
    hits: tuple[ShownHit, ...]

    @property
    def change(self) -> float:
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class WinsAndLosses:
    """How the queries fared."""

    won: int
    lost: int
    tied: int
    wins: tuple[QueryChange, ...]
    """Those that gained most, the largest gain first."""
    losses: tuple[QueryChange, ...]


def wins_and_losses(
    candidates: Sequence[Candidates],
    grades: Sequence[Mapping[str, float]],
    before: Floats,
    after: Floats,
    baseline: Sequence[Sequence[int]],
    orders: Sequence[Sequence[int]],
    shown: int,
) -> WinsAndLosses:
    """At most `shown` queries of either kind. `before` and `after` are values [queries], `baseline`
    and `orders` the positions of each query's hits."""
    differences = after - before
    by_change = sorted(range(len(candidates)), key=lambda query: (-differences[query], query))

    def change(query: int) -> QueryChange:
        each, graded = candidates[query], grades[query]
        return QueryChange(
            each.query_id,
            each.query,
            float(before[query]),
            float(after[query]),
            _shown(each, graded, baseline[query]),
            _shown(each, graded, orders[query]),
        )

    won = [query for query in by_change if differences[query] > 0]
    lost = [query for query in reversed(by_change) if differences[query] < 0]
    return WinsAndLosses(
        len(won),
        len(lost),
        len(candidates) - len(won) - len(lost),
        tuple(map(change, won[:shown])),
        tuple(map(change, lost[:shown])),
    )


def _shown(
    candidates: Candidates, graded: Mapping[str, float], order: Sequence[int]
) -> tuple[ShownHit, ...]:
    hits = [(position, candidates.hits[position]) for position in order[:SHOWN_HITS]]
    return tuple(
        ShownHit(hit.id, hit.title, graded.get(hit.id), position + 1) for position, hit in hits
    )
