"""When the sidecar may be asked again, and after how long. Pure."""

import math
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

RETRIED = frozenset({429, 502, 503})
"""Overload, and what a restart or a proxy in between causes. A 500 or a 504 would come again."""
FIRST_PAUSE_S = 0.1
LONGEST_PAUSE_S = 2.0
"""Where the answer does not say when to come back."""


def retry_after_s(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds that an answer asks to wait, at least 0; None where it does not say.

    `retry-after-ms` goes before `Retry-After`, which is in seconds or an HTTP date (RFC 9110,
    section 10.2.3); `now` is in seconds since 1970.
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


def pause_s(attempt: int, told_s: float | None, chance: float) -> float:
    """Seconds to wait after the attempt (the first is 0): what was told, else twice as long each
    time and between half and all of it by `chance` in [0, 1], so that clients come apart."""
    if told_s is not None:
        return told_s
    longest = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2.0 ** min(attempt, 30))
    return longest * (0.5 + chance / 2)
