"""How near a number or a date is to where it should be, as Elasticsearch's function_score has it.

With d = max(0, |x - origin| - offset):

    gauss    exp(-d^2 / (2 sigma^2)),   sigma^2 = -scale^2 / (2 ln decay)
    exp      exp(lambda d),             lambda = ln(decay) / scale
    linear   max(0, (s - d) / s),       s = scale / (1 - decay)

Each is 1 within the offset and `decay` at offset + scale. Formulas: Elasticsearch reference,
"Function score query", section "Supported decay functions". They are computed from d / scale, which
is the same and neither overflows nor divides by zero.
"""

import math

from sidecar.profile import DecaySignal
from sidecar.signals.search_reader import Reading
from sidecar.text.prices import price
from sidecar.text.values import instant, number

SECONDS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
CONTEXT = "context."


def decay(signal: DecaySignal, reading: Reading) -> list[float]:
    """The decay of each document's value; 0.0 where the value, or the context's origin, is missing.

    A scale with a unit ("30d") makes it a decay of dates; origins are then ISO dates or "now".
    """
    read = instant if isinstance(signal.scale, str) else _number
    origin = _origin(signal, reading)
    scale, offset = _length(signal.scale), _length(signal.offset)
    if origin is None or not scale or offset is None:
        return [0.0] * len(reading.search.documents)
    falloff = math.log(signal.decay)
    out = []
    for value in reading.values(signal.field):
        x = None if value is None else read(value)
        if x is None:
            out.append(0.0)
            continue
        ratio = max(0.0, abs(x - origin) - offset) / scale
        match signal.function:
            case "gauss":
                out.append(math.exp(falloff * (ratio * ratio)))
            case "exp":
                out.append(math.exp(falloff * ratio))
            case "linear":
                out.append(max(0.0, 1 - ratio * (1 - signal.decay)))
    return out


def _number(value: object) -> float | None:
    """The number, or the lowest of a range of prices."""
    read = number(value)
    return found.low if read is None and (found := price(value)) is not None else read


def _origin(signal: DecaySignal, reading: Reading) -> float | None:
    dates, origin = isinstance(signal.scale, str), signal.origin
    if origin == "now":
        return reading.now
    given: object = origin
    if isinstance(origin, str) and origin.startswith(CONTEXT):
        given = reading.context(origin.removeprefix(CONTEXT))
        if given == "now":
            return reading.now
    return instant(given) if dates else number(given)


def _length(text: float | str) -> float | None:
    """A number as it stands, or seconds: "30d", "12h"."""
    if not isinstance(text, str):
        return text
    digits = text.rstrip("mshdw")
    value = number(digits)
    unit = SECONDS.get(text[len(digits) :])
    return None if value is None or unit is None else value * unit
