"""A field's value that the query names: a brand, a model number, a SKU, a GTIN."""

from sidecar.fusion.signals.reading import Reading
from sidecar.profile import MatchSignal
from sidecar.text.compose import read_value
from sidecar.text.terms import squeeze


def match(signal: MatchSignal, reading: Reading) -> list[float]:
    """1 where a value, squeezed to its letters and digits, is a run of the query's words; else 0.

    "WH-1000 XM4" stands in "sony wh1000xm4 case"; "On" stands in "shoes on sale" too, which
    `min_length` is there to prevent. A list matches when one of its values does.
    """
    spans = reading.spans
    known: dict[str, bool] = {}

    def named(value: object) -> bool:
        if isinstance(value, list | tuple):
            return any(map(named, value))
        text = value if isinstance(value, str) else read_value(value)
        if not text or len(text) > 200:
            return False
        if (found := known.get(text)) is None:
            squeezed = squeeze(text)
            found = known[text] = len(squeezed) >= signal.min_length and squeezed in spans
        return found

    columns = [reading.values(field) for field in signal.fields]
    return [float(any(map(named, values))) for values in zip(*columns, strict=True)]
