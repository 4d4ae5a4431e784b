"""Measured values to the figures of a report. Pure."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sidecar.workshop.bench.machine import Machine, Memory
from sidecar.workshop.bench.overhead import Overhead
from sidecar.workshop.bench.profile_cost import ProfileCost
from sidecar.workshop.bench.served_quality import OrderQuality
from sidecar.workshop.bench.sidecar_over_http import RequestTiming
from sidecar.workshop.bench.spread import Spread, percentiles

RATIO_TARGET = 0.9
STAGES = ("parse", "tokenize", "queue", "infer", "fuse", "encode")
REST = "http"
"""What the client waited beyond the sidecar's stages: sockets, framing, the client itself."""


@dataclass(frozen=True, slots=True)
class BareLoopFigures:
    """One bare loop, and the sidecar's pairs/s over HTTP divided by the loop's."""

    name: str
    company: bool
    """True: the pairs of a run change each other's scores; in the sidecar they never do."""
    pairs_per_second: Spread
    ratio_of_medians: float
    ratio: Spread
    """Of the rounds' own ratios."""

    @classmethod
    def of(
        cls, name: str, company: bool, http_rates: Sequence[float], loop_rates: Sequence[float]
    ) -> "BareLoopFigures":
        """From the pairs/s of each round, over HTTP and in the loop."""
        return cls(
            name,
            company,
            Spread.of(loop_rates),
            statistics.median(http_rates) / statistics.median(loop_rates),
            Spread.of_ratios(http_rates, loop_rates),
        )


@dataclass(frozen=True, slots=True)
class HttpFigures:
    """The sidecar over HTTP."""

    pairs_per_second: Spread
    request_ms: Mapping[str, float]
    """p50, p95, p99 as the client saw them."""
    share: Mapping[str, float]
    """Of the requests' time, by stage; the sum is 1."""

    @classmethod
    def of(cls, rates: Sequence[float], timings: Sequence[RequestTiming]) -> "HttpFigures":
        """From the pairs/s of each round and the times of each request."""
        return cls(
            Spread.of(rates),
            percentiles([timing.seconds * 1000 for timing in timings]),
            stage_shares(timings),
        )


@dataclass(frozen=True, slots=True)
class WorkloadFigures:
    """What was sent, all rounds together."""

    source: str
    rounds: int
    requests: int
    pairs: int
    document_tokens: Mapping[str, float]
    """median, mean and max."""
    concurrency: int


@dataclass(frozen=True, slots=True)
class ModelFigures:
    """What the sidecar ran, as its /info says."""

    name: str
    graph: str
    precision: str
    engine: str
    score_revision: str
    workers: int


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that is shown and written; times in ms, memory in MB, rates in pairs/s."""

    date: str
    machine: Machine
    model: ModelFigures
    workload: WorkloadFigures
    http: HttpFigures
    bare: tuple[BareLoopFigures, ...]
    best_bare: str | None
    """The loop with the highest median: what the target is measured against."""
    ratio_target: float
    overhead_ms: Overhead | None
    structured_ms: ProfileCost
    """Of flat products of 1 KB."""
    feeds_ms: Mapping[str, ProfileCost]
    """Of nested feeds and of decisions, by kind."""
    memory_mb: Memory | None
    repeated: float | None = None
    """Pairs/s over HTTP when the last round is sent again, divided by the median: what the cache of
    logits saves. None for a file, whose rounds are all the same and are measured without it."""
    quality: tuple[OrderQuality, ...] = ()
    """Of the orders: what speed is worth nothing without."""

    @property
    def best(self) -> BareLoopFigures | None:
        """The figures of `best_bare`."""
        return next((loop for loop in self.bare if loop.name == self.best_bare), None)


def stage_shares(timings: Sequence[RequestTiming]) -> dict[str, float]:
    """Each stage's share of the requests' time; REST is what no stage accounts for."""
    total = sum(timing.seconds for timing in timings)
    shares = {
        stage: sum(timing.stages.get(stage, 0.0) for timing in timings) / total for stage in STAGES
    }
    return {**shares, REST: 1 - sum(shares.values())}


def fastest_loop(loops: Sequence[BareLoopFigures]) -> str | None:
    """The name of the loop with the highest median: the winner of each round would count luck."""
    if not loops:
        return None
    return max(loops, key=lambda loop: loop.pairs_per_second.median).name
