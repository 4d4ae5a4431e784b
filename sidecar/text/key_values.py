"""Attributes that come as a list of names with their values, read as one object.

    [{"name": "Color", "value": "Red"}]                  {"Color": "Red"}
    [{"key": "fit", "value": ["M", "L"]}]                {"fit": ["M", "L"]}
    [{"name": "Weight", "value": 250, "unit": "g"}]      {"Weight": "250 g"}
    [{"name": "Fit", "value": "M"}, {"name": "Fit", "value": "L"}]      {"Fit": ["M", "L"]}

schema.org, Shopify, WooCommerce and Magento write attributes this way. A list is read so when each
of its objects has one name, one value and beside them only a catalogue's own notes (NOTES, numbers
of other rows, flags), which are ignored. A review with a text is no attribute.
"""

from collections.abc import Mapping, Sequence

NAMES = ("name", "key", "label", "attribute_code", "attribute_name")
VALUES = ("value", "values", "option", "options", "selected_value", "attribute_value")
UNITS = ("unit", "unitText", "unitCode")
NOTES = frozenset(
    "id type @type namespace slug position visible variation created_at updated_at section_name "
    "sort_order display_order order displayable filterable".split()
)


def of_pairs(items: Sequence[object]) -> dict[str, object] | None:
    """The list as one object; None when it is no list of attributes, or empty."""
    attributes: dict[str, object] = {}
    for item in items:
        if not isinstance(item, Mapping) or (pair := _pair(item)) is None:
            return None
        name, value = pair
        if name not in attributes:
            attributes[name] = value
        elif isinstance(earlier := attributes[name], list):
            attributes[name] = [*earlier, value]
        else:
            attributes[name] = [earlier, value]
    return attributes or None


def _pair(item: Mapping[str, object]) -> tuple[str, object] | None:
    names, values, units = ([key for key in keys if key in item] for keys in (NAMES, VALUES, UNITS))
    if len(names) != 1 or len(values) != 1 or len(units) > 1:
        return None
    others = item.keys() - NOTES - {*names, *values, *units}
    if others and not all(_is_note(key, item[key]) for key in others):
        return None
    name, value = item[names[0]], item[values[0]]
    if not isinstance(name, str) or not name.strip():
        return None
    unit = item[units[0]] if units else None
    if isinstance(unit, str) and isinstance(value, str | int | float) and value != "":
        value = f"{value} {unit}"
    return name, value


def _is_note(key: str, value: object) -> bool:
    """Whether a key is a catalogue's own: another row's number, a flag, nothing at all."""
    return key.endswith(("_id", "Id")) or value is None or isinstance(value, bool)
