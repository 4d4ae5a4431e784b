"""When a reduced price counts, as a shop's document says it.

    sale_price_effective_date: 2024-05-01T00:00+0100/2024-05-31T23:59+0100     Merchant: both ends
    date_on_sale_from: ..., date_on_sale_to: ...                               WooCommerce
    special_from_date: ..., special_to_date: ...                               Magento

An end without a time of day, or at midnight, is that whole day. An end that is missing or cannot be
read is open: a price is not lost for a date in an unknown notation.
"""

from collections.abc import Callable
from functools import lru_cache

from sidecar.search import Fields
from sidecar.text.dates import instant
from sidecar.text.document_keys import heads, inside
from sidecar.text.key_sets import by_keys
from sidecar.text.spelling import normal

DAY = 86_400.0
Periods = tuple[tuple[str, ...], ...]
"""For each period the key or path of both ends, or those of its beginning and its end."""


def is_outside(fields: Fields, periods: Periods, now: float) -> bool:
    """Whether `now`, in seconds since 1970, is before or after the first period that is stated."""
    for names in _may_state(periods)(fields):
        ends = [inside(fields, name) for name in names]
        if len(ends) == 1 and isinstance(ends[0], str):
            ends = [*ends[0].split("/", maxsplit=1)]
        if len(ends) != 2 or not any(ends):
            continue
        begin, end = map(instant, ends)
        if end is not None and end % DAY == 0:
            end += DAY
        return (begin is not None and now < begin) or (end is not None and now >= end)
    return False


@lru_cache(maxsize=64)
def _may_state(periods: Periods) -> Callable[[Fields], Periods]:
    """Of a document those of the periods that it may state, by its keys."""
    begins = {
        names: {normal(key) for name in names for key, _, _ in heads(name)} for names in periods
    }

    def find(keys: tuple[str, ...]) -> Periods:
        known = set(map(normal, keys))
        return tuple(names for names in periods if not known.isdisjoint(begins[names]))

    return by_keys(find)
