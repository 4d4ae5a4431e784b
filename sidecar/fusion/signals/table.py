"""A value looked up in the profile's table: a court's authority, a risk level."""

from sidecar.fusion.signals.reading import Reading
from sidecar.profile import TableSignal
from sidecar.text.compose import read_value


def table(signal: TableSignal, reading: Reading) -> list[float]:
    """The table's number for each value, its default for others, 0.0 where the field is missing.

    Case and outer spaces do not matter. Of a list's items the one with the highest number counts.
    """
    numbers = {key.strip().casefold(): value for key, value in signal.table.items()}

    def look_up(value: object) -> float:
        items = value if isinstance(value, list | tuple) else (value,)
        keys = [text.strip().casefold() for item in items if (text := read_value(item))]
        found = [numbers[key] for key in keys if key in numbers]
        return max(found) if found else signal.default if any(keys) else 0.0

    return [0.0 if value is None else look_up(value) for value in reading.values(signal.field)]
