"""A value looked up in the profile's table: a court's authority, a risk level."""

from sidecar.profile import TableSignal
from sidecar.signals.search_reader import READ_FIELD_CHARACTERS, Reading
from sidecar.text.compose import read_value
from sidecar.text.terms import phrases, unspaced


def table(signal: TableSignal, reading: Reading) -> list[float]:
    """The table's number for each value, its default for others, 0.0 where the field is missing.

    Keys and values are compared by their words, without case, accents and signs. A key that is the
    whole value goes first, then the longest that stands in it as a phrase of whole words (of two
    equally long ones the first in the table): "Court of Appeals for the Ninth Circuit" has the key
    "Court of Appeals" and not "Court of Appeal". Of a list's items the one with the highest number
    counts. A Chinese key is found in running text, which has no spaces.
    """
    numbers = {phrases(key): number for key, number in signal.table.items()}
    by_length = sorted(numbers, key=len, reverse=True)
    spoken = [(key.strip() if unspaced(key) else key, numbers[key]) for key in by_length]
    known: dict[str, float | None] = {}

    def find(text: str) -> float | None:
        if text not in known:
            plain = phrases(text[:READ_FIELD_CHARACTERS])
            held = (number for key, number in spoken if key in plain)
            known[text] = numbers.get(plain, next(held, None))
        return known[text]

    def look_up(value: object) -> float:
        items = value if isinstance(value, list | tuple) else (value,)
        texts = [text for item in items if (text := read_value(item)) and not text.isspace()]
        found = [number for text in texts if (number := find(text)) is not None]
        return max(found) if found else signal.default if texts else 0.0

    return [0.0 if value is None else look_up(value) for value in reading.values(signal.field)]
