"""Which failures of the sidecar are retried, and after how long; pure."""

import math
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

RETRIED = frozenset({429, 502, 503})
"""Overload, and what a restart or a proxy causes. A 500 or a 504 would come again."""
FIRST_PAUSE_S = 0.1
MAX_PAUSE_S = 2.0
"""When the answer does not say how long to wait."""


def retry_after_s(headers: Mapping[str, str], now: float) -> float | None:
    """The seconds that an answer asks to wait, at least 0; None when it does not say.

    `retry-after-ms` wins over `Retry-After`, which is in seconds or an HTTP date (RFC 9110, section
    10.2.3); `now` is in seconds since 1970.
    """
    if (milliseconds := _number(headers.get("retry-after-ms"))) is not None:
        return milliseconds / 1000
    value = headers.get("Retry-After")
    if (seconds := _number(value)) is not None or value is None:
        return seconds
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - now)
    except (ValueError, TypeError, OverflowError):
        return None


def _number(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return max(0.0, value) if math.isfinite(value) else None


def pause_s(
    attempt: int,
    retry_after: float | None,
    jitter: float,
    first_s: float = FIRST_PAUSE_S,
    most_s: float = MAX_PAUSE_S,
) -> float:
    """The seconds to wait after an attempt (the first is 0): `retry_after` if the answer gave it,
    else exponential backoff from `first_s` to `most_s`, of which `jitter` in [0, 1] takes between
    half and all."""
    if retry_after is not None:
        return retry_after
    backoff = min(most_s, first_s * 2.0 ** min(attempt, 30))
    return backoff * (0.5 + jitter / 2)
