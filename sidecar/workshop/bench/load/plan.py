"""Which requests come when. Open loop: nobody waits for an answer before the next request, as the
many users of a search page do not. Pure."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """Requests of one size."""

    name: str
    documents: int
    patience: float
    """The deadline in multiples of the time that the request takes on an idle machine."""
    in_fifty: int
    """How many of 50 requests are of this kind."""


SINGLE = Kind("single", 1, 100.0, 27)
SEARCH = Kind("search", 100, 8.0, 22)
LARGE = Kind("large", 1000, 3.0, 1)
PAGE = Kind("page", 20, 10.0, 0)
"""For the steps that compare latencies: many small requests, so that a p99 says something."""
MIX = (SINGLE, SEARCH, LARGE)
MIN_DEADLINE_S = 1.0
BURST = 8
"""Requests that come at the same moment: about three seconds of work on two cores."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A request of a plan."""

    at_s: float
    """After the start of the step."""
    kind: Kind
    deadline_s: float
    client: str
    batch: bool = False


def deadline_s(kind: Kind, documents_per_second: float) -> float:
    """How long clients wait for a request of the kind."""
    return max(MIN_DEADLINE_S, kind.patience * kind.documents / documents_per_second)


def mean_documents(kinds: Sequence[Kind]) -> float:
    """Of a request of the mix."""
    return sum(kind.documents * kind.in_fifty for kind in kinds) / 50


def poisson(rate: float, seconds: float, rng: random.Random) -> list[float]:
    """Moments at which independent clients come, `rate` per second."""
    return list(_moments(rate, seconds, rng))


def bursts(rate: float, seconds: float, rng: random.Random, size: int = BURST) -> list[float]:
    """The same rate, `size` at the same moment, in equal distances from a random start."""
    distance_s = size / rate
    first_s = rng.uniform(0, min(distance_s, seconds) / 2)
    count = max(1, round((seconds - first_s) / distance_s))
    return [first_s + number * distance_s for number in range(count) for _ in range(size)]


def mixed(
    moments: Sequence[float], documents_per_second: float, client: str, rng: random.Random
) -> list[Planned]:
    """A client's request of `MIX` at each moment, in shuffled fifties, so that every step has its
    share of the rare large ones."""
    fifty = [kind for kind in MIX for _ in range(kind.in_fifty)]
    kinds: list[Kind] = []
    while len(kinds) < len(moments):
        kinds += rng.sample(fifty, len(fifty))
    return [
        Planned(moment, kind, deadline_s(kind, documents_per_second), client)
        for moment, kind in zip(moments, kinds, strict=False)
    ]


def of_kind(
    kind: Kind,
    moments: Sequence[float],
    documents_per_second: float,
    clients: Sequence[str],
    *,
    batch: bool = False,
) -> list[Planned]:
    """A request of the kind at each moment, of the clients in turn."""
    limit_s = deadline_s(kind, documents_per_second)
    return [
        Planned(moment, kind, limit_s, clients[number % len(clients)], batch)
        for number, moment in enumerate(moments)
    ]


def _moments(rate: float, seconds: float, rng: random.Random) -> Iterator[float]:
    at_s = rng.expovariate(rate)
    while at_s < seconds:
        yield at_s
        at_s += rng.expovariate(rate)
