"""Measured rounds to the figures of a comparison. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sidecar.workshop.bench.compare.accuracy import Accuracy
from sidecar.workshop.bench.compare.contender_run import MeasuredRound
from sidecar.workshop.bench.machine import Machine
from sidecar.workshop.bench.report import Spread, percentiles

TARGET = 1.3
WISHED = 2.0
"""Our pairs/s over HTTP on the lognormal mix, divided by the strongest peer's."""


@dataclass(frozen=True, slots=True)
class WorkloadFigures:
    """One contender on one workload."""

    pairs_per_second: Spread
    request_ms: Mapping[str, float]
    """p50, p95, p99 over the requests of all rounds."""
    requests: int
    cpu_s_per_1000: float | None
    """CPU seconds of its processes per 1,000 pairs, all rounds together."""
    ratio: Spread | None
    """Ours over HTTP divided by this one's pairs/s, of the rounds' own ratios."""
    cost_per_million: float | None
    """Of a million pairs at the median speed, in the currency of the given price."""
    rates: tuple[float, ...]
    """Pairs/s by round."""


@dataclass(frozen=True, slots=True)
class Row:
    """One contender."""

    key: str
    title: str
    ours: bool
    versions: Mapping[str, str]
    batch_size: int | None
    """Batch size; None where it has none."""
    tried: Mapping[str, float]
    """Pairs/s by batch size in the search."""
    peak_mb: float | None
    accuracy: Accuracy | None
    failed: str | None
    workloads: Mapping[str, WorkloadFigures]


@dataclass(frozen=True, slots=True)
class Target:
    """Our speed over HTTP on the lognormal mix beside the strongest peer's."""

    peer: str
    ratio: Spread
    least: float = TARGET
    wished: float = WISHED

    @property
    def met(self) -> bool:
        return self.ratio.median >= self.least


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything that is shown and written; times in ms, memory in MB, rates in pairs/s."""

    date: str
    machine: Machine
    model: str
    sidecar: Mapping[str, object]
    """Settings of ours beside the defaults."""
    titles: Mapping[str, str]
    """Of the workloads, by key."""
    price_per_hour: float | None
    rows: tuple[Row, ...]
    target: Target | None


def figures(
    done: Sequence[MeasuredRound],
    ours: Sequence[MeasuredRound] | None,
    price_per_hour: float | None,
) -> WorkloadFigures:
    """`ours` are the rounds over HTTP; None or fewer rounds than `done`: there is no ratio."""
    rates = tuple(each.pairs / each.seconds for each in done)
    pairs = sum(each.pairs for each in done)
    spent = [each.cpu_seconds for each in done]
    known = [seconds for seconds in spent if seconds is not None]
    spread = Spread.of(rates)
    requests = [seconds * 1000 for each in done for seconds in each.request_seconds]
    return WorkloadFigures(
        pairs_per_second=spread,
        request_ms=percentiles(requests),
        requests=len(requests),
        cpu_s_per_1000=1000 * sum(known) / pairs if len(known) == len(spent) else None,
        ratio=None if ours is None else ratio(ours, done),
        cost_per_million=None
        if price_per_hour is None
        else price_per_hour * 1e6 / (3600 * spread.median),
        rates=rates,
    )


def ratio(ours: Sequence[MeasuredRound], theirs: Sequence[MeasuredRound]) -> Spread | None:
    """Round by round; None unless both did the same rounds."""
    if not ours or [each.pairs for each in ours] != [each.pairs for each in theirs]:
        return None
    return Spread.of(
        [
            (mine.pairs / mine.seconds) / (other.pairs / other.seconds)
            for mine, other in zip(ours, theirs, strict=True)
        ]
    )


def target(rows: Sequence[Row], workload: str) -> Target | None:
    """The peer with the highest median on the workload, and our ratio to it.

    Not the winner of each round: that would count luck.
    """
    known = [
        (figures.pairs_per_second.median, row.title, figures.ratio)
        for row in rows
        if not row.ours and (figures := row.workloads.get(workload)) and figures.ratio
    ]
    if not known:
        return None
    _, title, found = max(known, key=lambda each: each[0])
    assert found is not None
    return Target(title, found)
