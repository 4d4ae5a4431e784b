"""A document's vector beside one that was sent with the search: an image's, a user's."""

import math
from collections.abc import Mapping
from operator import mul

from sidecar.profile import CosineSignal
from sidecar.signals.search_reader import Reading


def cosine(signal: CosineSignal, reading: Reading) -> list[float]:
    """a.b / (|a| |b|) in [-1, 1]; 0.0 where a vector is missing, zero, or of another length."""
    sent = reading.search.context.get("vectors")
    wanted = _unit(sent.get(signal.vector)) if isinstance(sent, Mapping) else None
    if wanted is None:
        return [0.0] * len(reading.search.documents)
    out = []
    for value in reading.values(signal.field):
        held = _unit(value) if isinstance(value, list | tuple) else None
        if held is None or len(held) != len(wanted):
            out.append(0.0)
        else:
            out.append(max(-1.0, min(1.0, sum(map(mul, held, wanted)))))
    return out


def _unit(value: object) -> list[float] | None:
    """The vector with length 1; None for what is no vector of finite numbers, or a zero one."""
    if not isinstance(value, list | tuple):
        return None
    try:
        numbers = [float(item) for item in value if not isinstance(item, str | bool)]
        length = math.hypot(*numbers)
    except (TypeError, ValueError, OverflowError):
        return None
    if len(numbers) != len(value) or not math.isfinite(length) or not length:
        return None
    return [item / length for item in numbers]
