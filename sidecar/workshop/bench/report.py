"""Measured values to the figures of a report. Pure."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import orjson

from sidecar.workshop.bench.machine import Machine, Memory
from sidecar.workshop.bench.overhead import Overhead
from sidecar.workshop.bench.profile_cost import ProfileCost
from sidecar.workshop.bench.sidecar_over_http import RequestTiming

RATIO_TARGET = 0.9
STAGES = ("parse", "tokenize", "queue", "infer", "fuse", "encode")
REST = "http"
"""What the client waited beyond the sidecar's stages: sockets, framing, the client itself."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Values over rounds."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        return cls(statistics.median(values), min(values), max(values))


@dataclass(frozen=True, slots=True)
class Bare:
    """One bare loop, and the sidecar's pairs/s over HTTP divided by the loop's."""

    name: str
    company: bool
    """True: the pairs of a run change each other's scores; the sidecar never does that."""
    pairs_per_second: Spread
    ratio_of_medians: float
    ratio: Spread
    """Of the rounds' own ratios."""


@dataclass(frozen=True, slots=True)
class HttpFigures:
    pairs_per_second: Spread
    request_ms: Mapping[str, float]
    """p50, p95, p99 as the client saw them."""
    share: Mapping[str, float]
    """Of the requests' time, by stage; the sum is 1."""


@dataclass(frozen=True, slots=True)
class Workload:
    source: str
    rounds: int
    requests: int
    """All rounds together."""
    pairs: int
    document_tokens: Mapping[str, float]
    concurrency: int


@dataclass(frozen=True, slots=True)
class Model:
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
    model: Model
    workload: Workload
    http: HttpFigures
    bare: tuple[Bare, ...]
    best_bare: str | None
    """The loop with the highest median: what the target is measured against."""
    ratio_target: float
    overhead_ms: Overhead | None
    structured_ms: ProfileCost
    memory_mb: Memory | None

    @property
    def best(self) -> Bare | None:
        return next((loop for loop in self.bare if loop.name == self.best_bare), None)


def to_json(figures: object) -> bytes:
    """A report, or another command's figures, as JSON with a final newline."""
    return orjson.dumps(figures, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def percentiles(values: Sequence[float]) -> dict[str, float]:
    """p50, p95 and p99, linear between the two nearest values."""
    return {f"p{q}": float(np.percentile(values, q)) for q in (50, 95, 99)}


def over_http(rates: Sequence[float], answers: Sequence[RequestTiming]) -> HttpFigures:
    return HttpFigures(
        Spread.of(rates),
        percentiles([answer.seconds * 1000 for answer in answers]),
        shares(answers),
    )


def shares(answers: Sequence[RequestTiming]) -> dict[str, float]:
    """Each stage's share of the requests' time; what no stage accounts for is REST's."""
    total = sum(answer.seconds for answer in answers)
    found = {
        stage: sum(answer.stages.get(stage, 0.0) for answer in answers) / total for stage in STAGES
    }
    return {**found, REST: 1 - sum(found.values())}


def compare(name: str, company: bool, ours: Sequence[float], theirs: Sequence[float]) -> Bare:
    """A bare loop beside the sidecar; both lists are by round."""
    ratios = [mine / other for mine, other in zip(ours, theirs, strict=True)]
    of_medians = statistics.median(ours) / statistics.median(theirs)
    return Bare(name, company, Spread.of(theirs), of_medians, Spread.of(ratios))


def best(loops: Sequence[Bare]) -> str | None:
    """The name of the loop with the highest median; taking each round's winner would count luck."""
    if not loops:
        return None
    return max(loops, key=lambda loop: loop.pairs_per_second.median).name
