"""How much each key may still ask for: two token buckets per key, requests and documents."""

import math
import time
from collections.abc import Callable, Iterable

from sidecar.access.api_key import ApiKey, Unit
from sidecar.errors import QuotaExceeded

ROUNDING = 1e-9
"""What a level may lack because floats are rounded: a client that waits for Retry-After gets in."""
Clock = Callable[[], float]
"""Seconds; never goes back."""


class TokenBucket:
    """A bucket that holds one minute's worth, begins full and fills steadily.

    More than a whole bucket at once can be taken when it is full, and leaves it in debt: one
    request of a thousand documents is possible under a quota of a hundred, and then nothing for
    ten minutes. So no request is impossible, and no hour exceeds its 60 minutes and one bucket.
    """

    def __init__(self, per_minute: int, now: float) -> None:
        self._capacity = float(per_minute)
        self._per_s = per_minute / 60
        self._level = self._capacity
        self._at = now

    def wait_s(self, amount: int, now: float) -> float:
        """Seconds until the amount can be taken; 0 now."""
        self._fill(now)
        missing = min(float(amount), self._capacity) - self._level
        return missing / self._per_s if missing > ROUNDING else 0.0

    def take(self, amount: int, now: float) -> None:
        """Takes the amount, whatever is left."""
        self._fill(now)
        self._level -= amount

    def left(self, now: float) -> int:
        """The largest amount that can be taken without debt; below 0 while one is paid off."""
        self._fill(now)
        return math.floor(self._level + ROUNDING)

    def _fill(self, now: float) -> None:
        self._level = min(self._capacity, self._level + (now - self._at) * self._per_s)
        self._at = now


class Quotas:
    """The buckets of the keys that have a quota, made when a key first needs one."""

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._buckets: dict[tuple[str, Unit], tuple[int, TokenBucket]] = {}
        """Key's name and unit -> the limit and its bucket."""

    def take(self, key: ApiKey, unit: Unit, amount: int = 1) -> None:
        """Counts what a request of the key asks for. Raises QuotaExceeded, and counts nothing,
        when that is too much now."""
        limit = key.quota.per_minute(unit)
        if limit is None:
            return
        now = self._clock()
        bucket = self._bucket(key, unit, limit, now)
        if wait_s := bucket.wait_s(amount, now):
            raise QuotaExceeded(
                f"the API key {key.name} has used its quota: {limit} {unit} per minute",
                retry_after_s=wait_s,
            )
        bucket.take(amount, now)

    def left(self, key: ApiKey, unit: Unit) -> int | None:
        """What the key may take now without debt, below 0 while it pays one off; None where it has
        no limit."""
        limit = key.quota.per_minute(unit)
        now = self._clock()
        return None if limit is None else self._bucket(key, unit, limit, now).left(now)

    def keep(self, keys: Iterable[ApiKey]) -> None:
        """Forgets all other keys, once the keys in force have changed."""
        names = {key.name for key in keys}
        self._buckets = {each: held for each, held in self._buckets.items() if each[0] in names}

    def _bucket(self, key: ApiKey, unit: Unit, limit: int, now: float) -> TokenBucket:
        """A limit that was changed begins with a full bucket."""
        held = self._buckets.get((key.name, unit))
        if held is None or held[0] != limit:
            held = self._buckets[key.name, unit] = (limit, TokenBucket(limit, now))
        return held[1]
