"""Attributes that come as a list of names with their values, read as one object.

    [{"name": "Color", "value": "Red"}]                  {"Color": "Red"}
    [{"key": "fit", "value": ["M", "L"]}]                {"fit": ["M", "L"]}
    [{"name": "Weight", "value": 250, "unit": "g"}]      {"Weight": "250 g"}
    [{"code": "fabric", "value": "Linen"}]               {"fabric": "Linen"}
    [{"name": "Fit", "value": "M"}, {"name": "Fit", "value": "L"}]      {"Fit": ["M", "L"]}

schema.org, Shopify, WooCommerce and Magento write attributes this way. A list is read so when each
of its objects has one name, one value and beside them only a catalogue's own notes (NOTES, numbers
of other rows, flags), which are ignored. A review with a text is no attribute.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sidecar.text.key_sets import by_keys
from sidecar.text.spelling import normal

NAMES = ("name", "key", "label", "attributecode", "attributename", "attribute")
CODE = "code"
"""Names an attribute where nothing else does."""
VALUES = ("value", "values", "option", "options", "selectedvalue", "attributevalue")
UNITS = ("unit", "unittext", "unitcode")
NOTES = frozenset(
    "id type @type namespace slug position visible variation createdat updatedat sectionname "
    "sortorder displayorder order displayable filterable code".split()
)
"""Keys are compared as `normal` has them."""


def of_pairs(items: Sequence[object]) -> dict[str, object] | None:
    """The list as one object; None when it is no list of attributes, or empty."""
    attributes: dict[str, object] = {}
    repeated: dict[str, list[object]] = {}
    """Those that came several times: lists of our own, which may grow."""
    before: list[str] = []
    keys: _PairKeys | None = None
    for item in items:
        if not isinstance(item, dict | Mapping):
            return None
        if (own := list(item)) != before:  # most have the keys of the one before
            keys, before = _pair_keys(item), own
        if keys is None or (pair := _pair(item, keys)) is None:
            return None
        name, value = pair
        if name in repeated:
            repeated[name].append(value)
        elif name in attributes:
            earlier = attributes[name]
            values = [*earlier, value] if isinstance(earlier, list) else [earlier, value]
            attributes[name] = repeated[name] = values
        else:
            attributes[name] = value
    return attributes or None


class _PairKeys(NamedTuple):
    """The keys of an attribute's name, value and unit, and those that must be notes."""

    name: str
    value: str
    unit: str | None
    others: tuple[str, ...]


@by_keys
def _pair_keys(keys: tuple[str, ...]) -> _PairKeys | None:
    of_normal = {normal(key): key for key in keys}
    names, values, units = (
        [of_normal[name] for name in own if name in of_normal] for own in (NAMES, VALUES, UNITS)
    )
    if not names and CODE in of_normal:
        names = [of_normal[CODE]]
    if len(names) != 1 or len(values) != 1 or len(units) > 1:
        return None
    used = {*names, *values, *units}
    others = tuple(k for name, k in of_normal.items() if name not in NOTES and k not in used)
    return _PairKeys(names[0], values[0], units[0] if units else None, others)


def _pair(item: Mapping[str, object], keys: _PairKeys) -> tuple[str, object] | None:
    if keys.others and not all(_is_note(key, item[key]) for key in keys.others):
        return None
    name, value = item[keys.name], item[keys.value]
    if not isinstance(name, str) or not name.strip():
        return None
    unit = None if keys.unit is None else item[keys.unit]
    if isinstance(unit, str) and isinstance(value, str | int | float) and value != "":
        value = f"{value} {unit}"
    return name, value


def _is_note(key: str, value: object) -> bool:
    """Whether a key is a catalogue's own: another row's number, a flag, nothing at all."""
    return key.endswith(("_id", "Id")) or value is None or isinstance(value, bool)
