"""How the time of a call grows with the length of what it reads.

No test asserts a time: a machine that is busy, or old, would fail it. Here two lengths are compared
on the same machine, one right after the other.
"""

import time
from collections.abc import Callable

LONGER = 4
ATTEMPTS = 6
"""A pair of runs that something else disturbs is measured anew; what is quadratic stays so."""


def assert_linear(read: Callable[[int], object], length: int) -> None:
    """Raises AssertionError where a call takes the square of its length, or worse.

    `read` is called with `length` and with four times as much. Linear time is four times as long,
    quadratic sixteen times; the bound is between them, at eight. `length` is chosen such that what
    is quadratic dominates the call.
    """
    read(length // 10)
    growths = []
    for _ in range(ATTEMPTS):
        small, large = _cpu_s(read, length), _cpu_s(read, length * LONGER)
        growths.append(large / small)
        if growths[-1] < LONGER**1.5:
            return
    raise AssertionError(f"{LONGER} times the length takes {min(growths):.1f} times as long")


def _cpu_s(read: Callable[[int], object], length: int) -> float:
    start = time.process_time_ns()
    read(length)
    return max(time.process_time_ns() - start, 1) / 1e9
