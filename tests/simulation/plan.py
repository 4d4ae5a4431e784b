"""A seed -> what clients ask, and what breaks. Pure."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from sidecar.request import Control, Document, OnDeadline, OnFailure, RankRequest
from sidecar.runtime.flows import Flow, Priority

Breakage = Literal["raises", "hangs", "is not a number", "is slow"]
MODELS = ("large", "small")
KEYS = ("", "shop", "crawler")
WORDS = (
    *("red running shoe", "plain wool sock", "garden hose", "toaster", "trail jacket", "kettle"),
    *("bicycle bell", "oak table", "desk lamp", "rain boots", "coffee mug", "", "phone case"),
)
QUERIES = ("red shoes", "something for the garden", "coffee", "lamp oak desk")
LONG = "Keys are handed over in the morning, and the lamp stays. " * 60
"""Read in several windows."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One client's request, in seconds from the beginning."""

    number: int
    at: float
    model: str
    request: RankRequest
    flow: Flow
    leaves_after: float | None
    """Seconds after which the client goes away."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What one model does instead of scoring, for a while."""

    model: str
    breakage: Breakage
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Swap:
    """A model's name is given to another revision of it."""

    at: float
    model: str


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that will happen."""

    seed: int
    workers: int
    token_budget: int
    cache_bytes: int
    deadline_s: float
    """Longest time for a request."""
    tokens_per_second: float
    """Of one worker."""
    on_failure: OnFailure
    stand_in: str | None
    asks: tuple[Ask, ...]
    faults: tuple[Fault, ...]
    swaps: tuple[Swap, ...]


def plan(seed: int) -> Plan:
    """The plan of a seed: any mixture, and each twentieth more work than can be done for a minute,
    on a device that is well."""
    rng = random.Random(seed)
    return _saturated(seed, rng) if seed % 20 == 7 else _mixed(seed, rng)


def _saturated(seed: int, rng: random.Random) -> Plan:
    patient = [
        replace(
            _ask(rng, number, rng.uniform(0, 1)),
            flow=Flow(rng.choice(("interactive", "batch"))),
            leaves_after=None,
        )
        for number in range(80)
    ]
    asks = [
        replace(ask, request=replace(ask.request, control=Control(deadline_s=None)))
        for ask in patient
    ]
    return replace(
        _mixed(seed, rng),
        workers=rng.choice((1, 2)),
        token_budget=rng.choice((0, 256)),
        cache_bytes=0,
        deadline_s=60.0,
        tokens_per_second=rng.choice((100.0, 200.0)),
        asks=tuple(asks),
        faults=(),
        swaps=(),
    )


def _mixed(seed: int, rng: random.Random) -> Plan:
    seconds = rng.choice((2.0, 10.0, 30.0))
    return Plan(
        seed=seed,
        workers=rng.choice((1, 1, 2, 4)),
        token_budget=rng.choice((0, 0, 256, 2048)),
        cache_bytes=rng.choice((0, 2_000, 1_000_000)),
        deadline_s=rng.choice((8.0, 8.0, 60.0)),
        tokens_per_second=rng.choice((200.0, 1_000.0, 10_000.0)),
        on_failure=rng.choice(("error", "error", "lexical", "order")),
        stand_in=rng.choice((None, None, "small")),
        asks=_asks(rng, seconds),
        faults=tuple(_fault(rng, seconds) for _ in range(rng.choice((0, 0, 1, 3)))),
        swaps=tuple(
            Swap(rng.uniform(0, seconds), rng.choice(MODELS))
            for _ in range(rng.choice((0, 0, 1, 4)))
        ),
    )


def _asks(rng: random.Random, seconds: float) -> tuple[Ask, ...]:
    """Poisson arrivals, with bursts, of requests of all sizes."""
    count = rng.choice((5, 30, 60))
    times = [rng.uniform(0, seconds) for _ in range(count)]
    for _ in range(rng.choice((0, 1, 2))):
        burst = rng.uniform(0, seconds)
        times += [burst + rng.uniform(0, 0.01) for _ in range(rng.randrange(15))]
    return tuple(_ask(rng, number, at) for number, at in enumerate(sorted(times)))


def _ask(rng: random.Random, number: int, at: float) -> Ask:
    model = MODELS[rng.random() < 0.3]
    priority: Priority = "batch" if rng.random() < 0.3 else "interactive"
    leaves_after = rng.expovariate(2.0) if rng.random() < 0.15 else None
    return Ask(number, at, model, _request(rng), Flow(priority, rng.choice(KEYS)), leaves_after)


def _request(rng: random.Random) -> RankRequest:
    on_deadline: Sequence[OnDeadline | None] = (None, "error", "partial", "partial")
    on_failure: Sequence[OnFailure | None] = (None, None, "error", "lexical", "order")
    control = Control(
        deadline_s=rng.choice((None, 0.05, 0.3, 1.0, 5.0)),
        on_deadline=rng.choice(on_deadline),
        on_failure=rng.choice(on_failure),
    )
    from_engine = rng.random() < 0.4
    long_share = rng.choice((0.0, 0.0, 0.0, 0.1))
    return RankRequest(
        query=rng.choice(QUERIES),
        documents=tuple(_document(rng, long_share) for _ in range(rng.choice((1, 3, 10, 40)))),
        control=control,
        order="input" if from_engine else "score",
        complete=from_engine,
        all_or_nothing=from_engine,
    )


def _document(rng: random.Random, long_share: float) -> Document:
    text = LONG if rng.random() < long_share else rng.choice(WORDS)
    return Document(text=text, source=text, size=len(text))


def _fault(rng: random.Random, seconds: float) -> Fault:
    breakages: Sequence[Breakage] = (
        *("raises", "raises", "hangs"),
        *("is not a number", "is slow"),
    )
    start = rng.uniform(0, seconds)
    length = rng.expovariate(1.0) * (0.2 * seconds)
    return Fault(rng.choice(MODELS), rng.choice(breakages), start, start + length)
