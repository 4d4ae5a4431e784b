"""When a reduced price counts, as a shop's document says it.

    sale_price_effective_date: 2024-05-01T00:00+0100/2024-05-31T23:59+0100     Merchant: both ends
    date_on_sale_from: ..., date_on_sale_to: ...                               WooCommerce
    special_from_date: ..., special_to_date: ...                               Magento

An end without a time of day, or at midnight, is that whole day. An end that is missing or cannot be
read is open: a price is not lost for a date in an unknown notation.
"""

from collections.abc import Sequence

from sidecar.search import Fields
from sidecar.text.dates import instant
from sidecar.text.document_keys import inside

DAY = 86_400.0


def is_outside(fields: Fields, periods: Sequence[Sequence[str]], now: float) -> bool:
    """Whether `now`, in seconds since 1970, lies before or after the first period that is stated.

    `periods`: for each the key or path of both ends, or those of its beginning and its end.
    """
    for names in periods:
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
