"""`units`: the query's quantities in a document's fields, whatever their units."""

from collections.abc import Sequence
from typing import Literal

from sidecar.schema import FieldNames
from sidecar.signals.search_reader import SearchReader
from sidecar.signals.signal import Signal
from sidecar.text.agreement import QuantityRange, agreement
from sidecar.text.assumed_units import may_state, stated_quantities
from sidecar.text.units import Quantity


class UnitsSignal(Signal):
    """Mean over the query's quantities ("16gb", "under 2 kg", "20-30 cm"): 1 if the fields have one
    within its bounds, -1 if they have only other values of its dimension, else 0."""

    kind: Literal["units"]
    fields: FieldNames

    @property
    def reads(self) -> tuple[str, ...]:
        return self.fields

    def strengths(self, search: SearchReader) -> list[float]:
        """Nothing is read where the query has no quantity."""
        if not search.quantities or not (fields := search.present(self.fields)):
            return search.zeros()
        dimensions = frozenset(quantity.dimension for quantity in search.quantities)
        columns = [may_state(search.texts(field), dimensions) for field in fields]
        return [
            _agreement(search.quantities, dimensions, row) if any(row) else 0.0
            for row in zip(*columns, strict=True)
        ]


def _agreement(
    requested: Sequence[QuantityRange], dimensions: frozenset[str], texts: Sequence[str]
) -> float:
    stated: list[Quantity] = []
    share = 0.0
    for text in texts:
        if text and (more := stated_quantities(text, dimensions)):
            stated += more
            if (share := agreement(requested, stated)) == 1:
                break  # the title usually says it: the description need not be read
    return share
