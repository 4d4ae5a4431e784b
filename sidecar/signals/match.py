"""A field's value that the query names: a brand, a model number, a SKU, a GTIN."""

from sidecar.profile import MatchSignal
from sidecar.signals.search_reader import Reading
from sidecar.text.compose import read_value


def match(signal: MatchSignal, reading: Reading) -> list[float]:
    """1 where the query names a value (`query.naming` says when it does), else 0.

    "WH-1000 XM4" stands in "sony wh1000xm4 case". A list matches when one of its values does.
    """
    naming = reading.naming
    known: dict[str, bool] = {}

    def named(value: object) -> bool:
        if isinstance(value, list | tuple):
            return any(map(named, value))
        text = value if isinstance(value, str) else read_value(value)
        if not text or len(text) > 200:
            return False
        if (found := known.get(text)) is None:
            found = known[text] = naming.holds(text, signal.min_length)
        return found

    columns = [reading.values(field) for field in signal.fields]
    return [float(any(map(named, values))) for values in zip(*columns, strict=True)]
