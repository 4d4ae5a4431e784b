"""Attributes that come as a list of names with their values, read as one object.

    [{"name": "Color", "value": "Red"}]                  {"Color": "Red"}
    [{"key": "fit", "value": ["M", "L"]}]                {"fit": ["M", "L"]}
    [{"name": "Weight", "value": 250, "unit": "g"}]      {"Weight": "250 g"}
    [{"name": "Fit", "value": "M"}, {"name": "Fit", "value": "L"}]      {"Fit": ["M", "L"]}

So write schema.org, Shopify, WooCommerce and Magento. A list is read so when each of its objects
has one name, one value and beside them only what a catalogue notes (NOTES), which is not read. A
review with a text is no attribute.
"""

from collections.abc import Mapping, Sequence

NAMES = ("name", "key", "label", "attribute_code")
VALUES = ("value", "values", "options")
UNITS = ("unit", "unitText", "unitCode")
NOTES = frozenset(
    "id type @type namespace slug position visible variation owner_id created_at updated_at".split()
)


def of_pairs(items: Sequence[object]) -> dict[str, object] | None:
    """The object that the list stands for; None for every other list, and for an empty one."""
    found: dict[str, object] = {}
    for item in items:
        if not isinstance(item, Mapping) or (pair := _pair(item)) is None:
            return None
        name, value = pair
        if name not in found:
            found[name] = value
        elif isinstance(earlier := found[name], list):
            found[name] = [*earlier, value]
        else:
            found[name] = [earlier, value]
    return found or None


def _pair(item: Mapping[str, object]) -> tuple[str, object] | None:
    names, values, units = ([key for key in keys if key in item] for keys in (NAMES, VALUES, UNITS))
    if len(names) != 1 or len(values) != 1 or len(units) > 1:
        return None
    if not item.keys() - {*names, *values, *units} <= NOTES:
        return None
    name, value = item[names[0]], item[values[0]]
    if not isinstance(name, str) or not name.strip():
        return None
    unit = item[units[0]] if units else None
    if isinstance(unit, str) and isinstance(value, str | int | float) and value != "":
        value = f"{value} {unit}"
    return name, value
