"""Fields against what the query demands: constraints, and quantities with their units."""

from sidecar.profile import ConstraintSignal, UnitsSignal
from sidecar.search import Constraint
from sidecar.signals.search_reader import READ_FIELD_CHARACTERS, Reading
from sidecar.text.query import holding, judge
from sidecar.text.units import Quantity, Wanted, agreement, quantities


def constraint(signal: ConstraintSignal, reading: Reading) -> list[float]:
    """1 where one of the fields satisfies the constraint, else -1 where one violates it, else 0."""
    wanted = reading.search.constraints.get(signal.constraint)
    if wanted is None:
        return [0.0] * len(reading.search.documents)
    columns = [_verdicts(wanted, reading.values(field)) for field in signal.fields]
    return [_join(row) for row in zip(*columns, strict=True)]


def _verdicts(wanted: Constraint, column: list[object]) -> list[int]:
    """`judge` of each value, once for equal texts and with the objects' keys looked over once."""
    keys = set[str]().union(*(value for value in column if isinstance(value, dict)))
    held = holding(wanted.name, (key for key in keys if isinstance(key, str)))
    known: dict[str, int] = {}
    out = []
    for value in column:
        if value is None:
            out.append(0)
        elif not isinstance(value, str):
            out.append(judge(wanted, value, held))
        else:
            value = value[:READ_FIELD_CHARACTERS]
            if (verdict := known.get(value)) is None:
                verdict = known[value] = judge(wanted, value) if value.strip() else 0
            out.append(verdict)
    return out


def units(signal: UnitsSignal, reading: Reading) -> list[float]:
    """Mean over the query's quantities: 1 if the fields have it, -1 if only another value, else 0.

    "under 2 kg" and "20-30 cm" are had by a value within the bounds (`query.quantity`). Nothing is
    read where the query has no quantity.
    """
    wanted = reading.quantities
    if not wanted:
        return [0.0] * len(reading.search.documents)
    dimensions = frozenset(quantity.dimension for quantity in wanted)
    columns = [reading.texts(field) for field in signal.fields]
    return [_agreement(wanted, dimensions, row) for row in zip(*columns, strict=True)]


def _agreement(
    wanted: tuple[Wanted, ...], dimensions: frozenset[str], texts: tuple[str, ...]
) -> float:
    found: list[Quantity] = []
    for text in texts:
        if text and (more := quantities(text, dimensions)):
            found += more
            if (share := agreement(wanted, found)) == 1:
                return share  # the title usually says it: the description need not be read
    return agreement(wanted, found)


def _join(verdicts: tuple[int, ...]) -> float:
    return 1.0 if 1 in verdicts else float(min(verdicts))
