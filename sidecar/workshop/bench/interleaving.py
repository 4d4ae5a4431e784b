"""All variants over the same rounds in turn, so that what slows the machine slows all of them."""

import time
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol, TypeVar

from sidecar.workshop.bench.workload import Round

PAUSE_S = 0.05
"""Between variants: onnxruntime's threads spin for some ms after a run and would be measured."""

Clock = Callable[[], float]
T = TypeVar("T")


class Variant(Protocol):
    """A way to score a round."""

    @property
    def name(self) -> str: ...

    def run(self, requests: Round) -> None:
        """Returns when every document is scored."""


def interleave(
    variants: Sequence[Variant],
    rounds: Iterable[Round],
    *,
    clock: Clock = time.perf_counter,
    pause_s: float = PAUSE_S,
) -> dict[str, list[float]]:
    """Pairs/s of each variant (by name) in each round."""
    rates: dict[str, list[float]] = {variant.name: [] for variant in variants}
    for number, requests in enumerate(rounds):
        pairs = sum(len(request.texts) for request in requests)
        for variant in turn_order(variants, number):
            time.sleep(pause_s)
            start = clock()
            variant.run(requests)
            rates[variant.name].append(pairs / (clock() - start))
    return rates


def turn_order(variants: Sequence[T], number: int) -> list[T]:
    """The order of round `number`: each leads equally often, and every other round is reversed."""
    first = number // 2 % len(variants)
    order = [*variants[first:], *variants[:first]]
    return order if number % 2 == 0 else order[::-1]
