"""How long a page of hits takes to rerank, projected from a measured sample; and what fits.

The sample goes the way that hits go: from the cluster's node to the sidecar and back. It takes a
part of the time that a page may take, so that the sidecar reads its documents whole. Each
measurement has a query of its own: pairs that were scored before might come out of a cache.
"""

import math
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from es_integration.cluster.check import Check
from es_integration.cluster.page_sample import Sample, TypicalSearch
from es_integration.cluster.procedure import Procedure
from es_integration.cluster.sidecar_deadline import sidecar_deadline

SAMPLE_SHARE = 1 / 3
"""Of the time that a page may take."""
PLANNED_SHARE = 0.8
"""Of that time, for a size that is said to fit: other searches run too."""
_MIN_S = 1e-6

Score = Callable[[str, Sequence[Any]], Procedure[float]]
"""Scores documents for a query by way of the cluster; returns how many seconds it took."""


@dataclass(frozen=True)
class Limit:
    """A time after which nobody waits for the sidecar."""

    seconds: float
    name: str
    """As it is set, with its value: "read_timeout of 5 s"."""
    raise_to: Callable[[float], str] | None = None
    """What to do for at least so many seconds; None: nothing can be done."""


@dataclass(frozen=True)
class PageTime:
    """The projection for a page of `size` hits."""

    size: int
    base_s: float
    document_s: float
    measured: str
    """What it is projected from."""
    limits: tuple[Limit, ...]

    @property
    def seconds(self) -> float:
        return self.base_s + self.size * self.document_s

    @property
    def limit(self) -> Limit:
        """The one that is reached first."""
        return min(self.limits, key=lambda limit: limit.seconds)

    @property
    def fits(self) -> bool:
        return self.seconds <= self.limit.seconds

    @property
    def fitting_size(self) -> int:
        """How many hits can be reranked in time, with some time to spare; 0 if not even one."""
        planned = PLANNED_SHARE * self.limit.seconds - self.base_s
        return max(0, min(self.size, math.floor(planned / self.document_s)))

    @property
    def advice(self) -> str:
        """What size fits, or which settings to raise for this one."""
        needed = self.seconds / PLANNED_SHARE
        short = [limit for limit in self.limits if limit.seconds < needed]
        fixed = [limit.name for limit in short if limit.raise_to is None]
        if fixed:
            settings = f"{self.size} do not, whatever is set: {fixed[0]}"
        else:
            raised = " and ".join(limit.raise_to(needed) for limit in short if limit.raise_to)
            settings = f"For {self.size}, {raised}"
        return f"A size of {self.fitting_size} fits. {settings}."

    @property
    def summary(self) -> str:
        """The projection in one line; if the page does not fit, what happens and what to do in two
        more."""
        took = f"{self.size} hits take about {self.seconds:.1f} s ({self.measured})"
        if self.fits:
            return f"{took} of the {self.limit.seconds:.4g} s that they may take"
        return (
            f"{took}, more than the {self.limit.seconds:.4g} s by the {self.limit.name}\n"
            "Long documents are then read in part, or the order stays as it was.\n"
            f"{self.advice}"
        )

    def check(self, name: str) -> Check:
        return Check(name, self.fits, self.summary)


def own_deadline(seconds: float) -> Limit:
    """The sidecar's own limit."""
    return Limit(
        seconds,
        f"sidecar's deadline_ms of {round(seconds * 1000)}",
        lambda needed: f"set the sidecar's deadline_ms to {math.ceil(needed) * 1000}",
    )


def sidecar_limits(
    base_url: str, key: str | None, ca: str | None = None
) -> Procedure[tuple[Limit, ...]]:
    """The sidecar's own limit; none where it is not known."""
    seconds = yield from sidecar_deadline(base_url, key, ca)
    return () if seconds is None else (own_deadline(seconds),)


def measure(
    score: Score, search: TypicalSearch, sample: Sample, limits: Sequence[Limit]
) -> Procedure[PageTime]:
    """The projection from the sample. Raises what `score` raises, ValueError without documents."""
    first, *_ = sample.documents
    yield from score(_fresh(search.query_text), [first])  # Opens connections; may be slow.
    one_s = max(_MIN_S, (yield from score(_fresh(search.query_text), [first])))
    most = math.floor(SAMPLE_SHARE * min(limit.seconds for limit in limits) / one_s)
    documents = sample.documents[: max(2, min(most, search.size))]
    if len(documents) == 1:
        return PageTime(search.size, 0.0, one_s, sample.first(1), tuple(limits))
    all_s = yield from score(_fresh(search.query_text), documents)
    document_s = (all_s - one_s) / (len(documents) - 1)
    if not 0 < document_s < one_s:  # The first document is unlike the others, or a hiccup.
        base_s, document_s = 0.0, max(_MIN_S, all_s / len(documents))
    else:
        base_s = one_s - document_s
    measured = sample.first(len(documents))
    return PageTime(search.size, base_s, document_s, measured, tuple(limits))


def _fresh(query_text: str) -> str:
    return f"{query_text} {secrets.token_hex(3)}"
