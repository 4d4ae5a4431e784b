"""The rows of an Arrow table with their hits in the new order.

Hits are taken from place to place as they are, whatever types they have; only the two scores are
made. They are numbers (float64): one that a table has as text or as a decimal is read as a number,
and null where it is none.
"""

from collections.abc import Sequence
from decimal import Decimal
from itertools import accumulate
from typing import Any

from sidecar.workshop.bulk.input_rows import BulkError, parquet_library
from sidecar.workshop.bulk.reranked_row import FIRST_STAGE_SCORE, Selection, selected
from sidecar.workshop.bulk.row_ranker import Ranking, Rejected

SCORE = "_score"


def with_scores(schema: Any) -> Any:
    """The schema of a table with the two scores in its hits. Raises BulkError where its column
    `hits` is no list of structs."""
    pyarrow, _ = parquet_library()
    column = schema.field("hits")
    if _is_empty(column.type):
        return schema
    if not _is_list(column.type) or not pyarrow.types.is_struct(column.type.value_type):
        raise BulkError("the column `hits` is no list of structs")
    kept = [each for each in column.type.value_type if each.name not in (SCORE, FIRST_STAGE_SCORE)]
    scores = [pyarrow.field(name, pyarrow.float64()) for name in (SCORE, FIRST_STAGE_SCORE)]
    list_of = pyarrow.large_list if _is_large(column.type) else pyarrow.list_
    hits = list_of(pyarrow.struct([*kept, *scores]))
    return schema.set(schema.get_field_index("hits"), column.with_type(hits))


def reranked_table(table: Any, rankings: Sequence[Ranking | Rejected], selection: Selection) -> Any:
    """The table with the hits of each row in the order of its ranking; those of rejected rows stay
    in theirs. Raises BulkError as `with_scores`."""
    pyarrow, _ = parquet_library()
    import pyarrow.compute as compute

    field = with_scores(table.schema).field("hits")
    if _is_empty(field.type):
        return table  # Of rows without hits alone nobody knows what a hit is.
    column = table.column("hits").combine_chunks()
    counts = compute.fill_null(compute.list_value_length(column), 0).to_pylist()
    rows = [
        [(place, None) for place in range(count)]
        if isinstance(ranking, Rejected)
        else selected(ranking, count, selection)
        for ranking, count in zip(rankings, counts, strict=True)
    ]
    starts = accumulate(counts, initial=0)
    places = [start + place for start, row in zip(starts, rows, strict=False) for place, _ in row]
    hits = compute.list_flatten(column).take(pyarrow.array(places, pyarrow.int64()))
    scores = pyarrow.array([score for row in rows for _, score in row], pyarrow.float64())
    values = _with_scores(hits, scores, field.type.value_type)
    of = pyarrow.LargeListArray if _is_large(field.type) else pyarrow.ListArray
    offsets = pyarrow.array(
        accumulate(map(len, rows), initial=0),
        pyarrow.int64() if _is_large(field.type) else pyarrow.int32(),
    )
    lists = of.from_arrays(offsets, values, type=field.type, mask=column.is_null())
    return table.set_column(table.schema.get_field_index("hits"), field, lists)


def _with_scores(hits: Any, scores: Any, struct: Any) -> Any:
    """The hits with these scores; null is one that was not scored, which keeps both of its own."""
    pyarrow, _ = parquet_library()
    import pyarrow.compute as compute

    children = dict(zip((each.name for each in hits.type), hits.flatten(), strict=True))
    unknown = pyarrow.nulls(len(hits), pyarrow.float64())
    before = _numbers(children[SCORE]) if SCORE in children else unknown
    first = _numbers(children[FIRST_STAGE_SCORE]) if FIRST_STAGE_SCORE in children else unknown
    moved = compute.and_(scores.is_valid(), before.is_valid())
    children[SCORE] = compute.coalesce(scores, before)
    children[FIRST_STAGE_SCORE] = compute.if_else(moved, before, first)
    arrays = [children[each.name] for each in struct]
    return pyarrow.StructArray.from_arrays(arrays, fields=list(struct), mask=hits.is_null())


def _numbers(values: Any) -> Any:
    pyarrow, _ = parquet_library()
    types = pyarrow.types
    if types.is_integer(values.type) or types.is_floating(values.type):
        return values.cast(pyarrow.float64(), safe=False)
    return pyarrow.array([_number(value) for value in values.to_pylist()], pyarrow.float64())


def _number(value: Any) -> float | None:
    if not isinstance(value, str | Decimal | int | float):
        return None
    try:
        return float(value)
    except ValueError:
        return None


def _is_empty(type_: Any) -> bool:
    """What a table has in which no row has a hit."""
    pyarrow, _ = parquet_library()
    is_null = pyarrow.types.is_null
    return bool(is_null(type_) or (_is_list(type_) and is_null(type_.value_type)))


def _is_list(type_: Any) -> bool:
    pyarrow, _ = parquet_library()
    types = pyarrow.types
    kinds = (types.is_list, types.is_large_list, types.is_fixed_size_list)
    views = (types.is_list_view, types.is_large_list_view)
    return any(is_kind(type_) for is_kind in (*kinds, *views))


def _is_large(type_: Any) -> bool:
    pyarrow, _ = parquet_library()
    return bool(pyarrow.types.is_large_list(type_) or pyarrow.types.is_large_list_view(type_))
