"""Measured rounds to the figures of a comparison. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sidecar.workshop.bench.compare.accuracy import Accuracy
from sidecar.workshop.bench.compare.contender_run import MeasuredRound
from sidecar.workshop.bench.machine import Machine
from sidecar.workshop.bench.spread import Spread, percentiles

TARGET_RATIO = 1.3
STRETCH_RATIO = 2.0
"""The sidecar's pairs/s over HTTP on the lognormal mix, divided by the strongest peer's."""


@dataclass(frozen=True, slots=True)
class ContenderFigures:
    """One contender on one workload."""

    pairs_per_second: Spread
    request_ms: Mapping[str, float]
    """p50, p95, p99 over the requests of all rounds."""
    requests: int
    cpu_s_per_1000: float | None
    """CPU seconds of its processes per 1,000 pairs, all rounds together."""
    ratio: Spread | None
    """The sidecar's pairs/s over HTTP divided by this contender's, of the rounds' own ratios."""
    cost_per_million: float | None
    """Of a million pairs at the median speed, in the currency of the given price."""
    rates: tuple[float, ...]
    """Pairs/s by round."""


@dataclass(frozen=True, slots=True)
class Row:
    """One contender on all workloads."""

    key: str
    title: str
    ours: bool
    """Whether it is the sidecar."""
    versions: Mapping[str, str]
    batch_size: int | None
    """None where the contender has none."""
    tried: Mapping[str, float]
    """Pairs/s by batch size, from the search for the fastest."""
    peak_mb: float | None
    accuracy: Accuracy | None
    failed: str | None
    """Why it failed."""
    workloads: Mapping[str, ContenderFigures]


@dataclass(frozen=True, slots=True)
class Target:
    """The sidecar's speed over HTTP on the lognormal mix beside the strongest peer's."""

    peer: str
    ratio: Spread
    least: float = TARGET_RATIO
    wished: float = STRETCH_RATIO

    @property
    def met(self) -> bool:
        """Whether the median ratio reaches `least`."""
        return self.ratio.median >= self.least


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything that is shown and written; times in ms, memory in MB, rates in pairs/s."""

    date: str
    machine: Machine
    model: str
    sidecar: Mapping[str, object]
    """Settings of the sidecar that differ from the defaults."""
    titles: Mapping[str, str]
    """Of the workloads, by key."""
    price_per_hour: float | None
    rows: tuple[Row, ...]
    target: Target | None
    unit: str = "pairs"
    """What rates count: "pairs", or an encoder's "texts", without the queries."""


def contender_figures(
    rounds: Sequence[MeasuredRound],
    http_rounds: Sequence[MeasuredRound] | None,
    price_per_hour: float | None,
) -> ContenderFigures:
    """A contender's figures; `http_rounds` are the sidecar's over HTTP.

    There is no ratio without them, or when they are not the same rounds.
    """
    spread = Spread.of([measured.rate for measured in rounds])
    pairs = sum(measured.pairs for measured in rounds)
    cpu_seconds = [measured.cpu_seconds for measured in rounds]
    known_cpu_seconds = [seconds for seconds in cpu_seconds if seconds is not None]
    request_ms = [seconds * 1000 for measured in rounds for seconds in measured.request_seconds]
    return ContenderFigures(
        pairs_per_second=spread,
        request_ms=percentiles(request_ms),
        requests=len(request_ms),
        cpu_s_per_1000=1000 * sum(known_cpu_seconds) / pairs
        if len(known_cpu_seconds) == len(cpu_seconds)
        else None,
        ratio=None if http_rounds is None else speed_ratio(http_rounds, rounds),
        cost_per_million=None
        if price_per_hour is None
        else price_per_hour * 1e6 / (3600 * spread.median),
        rates=tuple(measured.rate for measured in rounds),
    )


def speed_ratio(
    numerator: Sequence[MeasuredRound], denominator: Sequence[MeasuredRound]
) -> Spread | None:
    """The ratio of speeds round by round; None unless both did the same rounds."""
    if not numerator or [r.pairs for r in numerator] != [r.pairs for r in denominator]:
        return None
    return Spread.of_ratios(
        [measured.rate for measured in numerator], [measured.rate for measured in denominator]
    )


def speed_target(rows: Sequence[Row], workload: str) -> Target | None:
    """The ratio to the peer with the highest median on the workload; None without such a peer.

    Not to the winner of each round, which would count luck.
    """
    peers = [
        (figures.pairs_per_second.median, row.title, figures.ratio)
        for row in rows
        if not row.ours and (figures := row.workloads.get(workload)) and figures.ratio
    ]
    if not peers:
        return None
    _, title, ratio = max(peers, key=lambda peer: peer[0])
    return Target(title, ratio)
