"""What came back from a step of the load, in few numbers. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from sidecar.errors import StartupError
from sidecar.workshop.bench.load.generator import Outcome, Sent

Pattern = Literal["Poisson", "bursts"]
OK, REFUSED, LATE = 200, 429, 504


@dataclass(frozen=True, slots=True)
class StepFigures:
    """One load for some seconds. Rates are documents per second."""

    load: float
    """Offered work, in multiples of the capacity."""
    pattern: Pattern
    requests: int
    offered: float
    goodput: float
    """Documents of the requests that were answered within their deadline, until the last one."""
    answered: int
    refused: int
    late: int
    """504, or 200 after the deadline."""
    failed: int
    """Any other status, or no answer."""
    admitted_p99: float
    """Of the requests that were not refused: their time in multiples of their deadline. A 504 is
    late however early it comes."""
    refusal_ms: float | None
    """p99 from the planned moment to the refusal; None without one."""
    generator_lag_ms: float
    """p99 of how late requests were sent."""
    generator_share: float
    """Of a core, that the generator took."""
    generator_first: bool
    """Whether it got a core before the service, as clients elsewhere do."""

    @classmethod
    def of(cls, load: float, pattern: Pattern, sent: Sent) -> "StepFigures":
        """The figures of a step."""
        outcomes = sent.outcomes
        span_s = max((each.done_s for each in outcomes), default=1.0)
        in_time = [each for each in outcomes if _in_time(each)]
        refused = [each.latency_s * 1000 for each in outcomes if each.status == REFUSED]
        late = sum(
            each.status == LATE or (each.status == OK and not _in_time(each)) for each in outcomes
        )
        admitted = [_share_of_deadline(each) for each in outcomes if each.status in (OK, LATE)]
        return cls(
            load=load,
            pattern=pattern,
            requests=len(outcomes),
            offered=_documents(outcomes) / span_s,
            goodput=_documents(in_time) / span_s,
            answered=len(in_time),
            refused=len(refused),
            late=late,
            failed=len(outcomes) - len(in_time) - len(refused) - late,
            admitted_p99=p99(admitted),
            refusal_ms=p99(refused) if refused else None,
            generator_lag_ms=p99([each.sent_s - each.planned.at_s for each in outcomes]) * 1000,
            generator_share=sent.cpu_s / sent.wall_s,
            generator_first=sent.first,
        )


@dataclass(frozen=True, slots=True)
class LatencyFigures:
    """What clients saw alone, and with others beside them, of the same requests; milliseconds."""

    requests: int
    alone_mean: float
    alone_p99: float
    beside_mean: float
    beside_p99: float
    unanswered: int
    """Requests beside others that were refused, late or failed."""
    others: float
    """Documents per second of the others that were answered in time."""

    @classmethod
    def of(cls, alone: Sent, beside: Sent, clients: frozenset[str]) -> "LatencyFigures":
        """From the two steps; `clients` are those whose latency is compared."""
        before = [each for each in alone.outcomes if each.planned.client in clients]
        after = [each for each in beside.outcomes if each.planned.client in clients]
        first, second = _latencies_ms(before), _latencies_ms(after)
        others = [each for each in beside.outcomes if each.planned.client not in clients]
        span_s = max(each.done_s for each in beside.outcomes)
        return cls(
            requests=len(after),
            alone_mean=float(np.mean(first)),
            alone_p99=p99(first),
            beside_mean=float(np.mean(second)),
            beside_p99=p99(second),
            unanswered=sum(not _in_time(each) for each in after),
            others=_documents([each for each in others if _in_time(each)]) / span_s,
        )


def answered_per_second(sent: Sent) -> float:
    """Documents of the requests that were answered, until the last one. Raises StartupError where
    none was."""
    answered = [each for each in sent.outcomes if each.status == OK]
    if not answered:
        statuses = ", ".join(map(str, sorted({each.status for each in sent.outcomes})))
        raise StartupError(f"no request of the probe was answered; statuses: {statuses}")
    return _documents(answered) / max(each.done_s for each in answered)


def p99(values: Sequence[float]) -> float:
    """0 without values."""
    return float(np.percentile(values, 99)) if values else 0.0


def _in_time(each: Outcome) -> bool:
    return each.status == OK and each.latency_s <= each.planned.deadline_s


def _share_of_deadline(each: Outcome) -> float:
    share = each.latency_s / each.planned.deadline_s
    return max(1.0, share) if each.status == LATE else share


def _latencies_ms(outcomes: Sequence[Outcome]) -> list[float]:
    """Of the answered ones; a request without an answer counts until its deadline."""
    return [
        1000
        * (each.latency_s if each.status == OK else max(each.latency_s, each.planned.deadline_s))
        for each in outcomes
    ]


def _documents(outcomes: Sequence[Outcome]) -> int:
    return sum(each.planned.kind.documents for each in outcomes)
