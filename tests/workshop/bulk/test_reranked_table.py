"""Hits of tables in a new order: values keep their types, whatever these are."""

import random
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

pa: Any = pytest.importorskip("pyarrow")

from sidecar.workshop.bulk.input_rows import BulkError, rows_as_json  # noqa: E402
from sidecar.workshop.bulk.reranked_row import Selection, reranked  # noqa: E402
from sidecar.workshop.bulk.reranked_table import reranked_table, with_scores  # noqa: E402
from sidecar.workshop.bulk.row_ranker import Ranking, Rejected  # noqa: E402

ALL = Selection()
SOURCE = pa.struct(
    [
        ("title", pa.string()),
        ("tags", pa.list_(pa.string())),
        ("facts", pa.map_(pa.string(), pa.decimal128(9, 2))),
        ("day", pa.date32()),
        ("at", pa.timestamp("ns", "UTC")),
        ("raw", pa.binary()),
        ("kind", pa.dictionary(pa.int8(), pa.string())),
        (
            "offers",
            pa.list_(pa.struct([("price", pa.decimal256(40, 3)), ("took", pa.time64("us"))])),
        ),
    ]
)
SOURCES = [
    {
        "title": "shoe",
        "tags": ["a", None],
        "facts": [("eur", Decimal("9.90"))],
        "day": date(2026, 1, 1),
        "at": datetime(2026, 1, 1, tzinfo=UTC),
        "raw": b"\xff",
        "kind": "x",
        "offers": [{"price": Decimal("1.250"), "took": None}, None],
    },
    dict.fromkeys(SOURCE.names),
    {**dict.fromkeys(SOURCE.names), "title": "hat", "kind": "y"},
]


def table_of(score: Any, scores: list[Any], list_of: Any = None) -> Any:
    hit = pa.struct([("_id", pa.string()), ("_score", score), ("_source", SOURCE)])
    hits = [
        {"_id": str(place), "_score": each, "_source": SOURCES[place]}
        for place, each in enumerate(scores)
    ]
    schema = pa.schema([("query", pa.string()), ("hits", (list_of or pa.list_)(hit))])
    return pa.Table.from_pylist([{"query": "q", "hits": hits}], schema)


def hits_of(table: Any) -> list[Any]:
    (row,) = table.to_pylist()
    found: list[Any] = row["hits"]
    return found


REVERSED = Ranking((2, 1, 0), (0.9, 0.8, 0.7))


@pytest.mark.parametrize(
    "list_of", [pa.list_, pa.large_list, pa.list_view, lambda of: pa.list_(of, 3)]
)
def test_nested_values_of_every_type_are_taken_as_they_are(list_of: Any) -> None:
    table = table_of(pa.float32(), [3.5, None, 1.5], list_of)
    ranked = reranked_table(table, [REVERSED], ALL)
    hits = hits_of(ranked)
    assert [hit["_id"] for hit in hits] == ["2", "1", "0"]
    assert [hit["_score"] for hit in hits] == [0.9, 0.8, 0.7]
    assert [hit["_first_stage_score"] for hit in hits] == [1.5, None, 3.5]
    given = [hit["_source"] for hit in hits_of(table)]
    assert [hit["_source"] for hit in hits] == given[::-1]
    assert ranked.schema == with_scores(table.schema)
    assert ranked.schema.field("hits").type.value_type.field("_source").type == SOURCE


@pytest.mark.parametrize(
    ("score", "given", "read"),
    [
        (pa.string(), ["8.5", " 1e2 ", "n/a"], [8.5, 100.0, None]),
        (pa.large_string(), ["8.5", None, ""], [8.5, None, None]),
        (pa.decimal128(5, 2), [Decimal("8.50"), None, Decimal("1.25")], [8.5, None, 1.25]),
        (pa.int64(), [3, 2, 1], [3.0, 2.0, 1.0]),
        (pa.float16(), [1.5, None, 0.5], [1.5, None, 0.5]),
        (pa.dictionary(pa.int8(), pa.string()), ["8.5", "8.5", None], [8.5, 8.5, None]),
        (pa.null(), [None, None, None], [None, None, None]),
        (pa.date32(), [date(2026, 1, 1), None, None], [None, None, None]),
    ],
)
def test_a_score_that_is_no_float_is_read_as_a_number(
    score: Any, given: list[Any], read: list[float | None]
) -> None:
    table = table_of(score, given)
    ranked = hits_of(reranked_table(table, [REVERSED], ALL))
    assert [hit["_first_stage_score"] for hit in ranked] == read[::-1]
    rejected = hits_of(reranked_table(table, [Rejected("no")], ALL))
    assert [(hit["_score"], hit["_first_stage_score"]) for hit in rejected] == [
        (each, None) for each in read
    ]
    behind = hits_of(reranked_table(table, [Ranking((1, 0), (0.9, 0.8))], ALL))
    assert (behind[2]["_score"], behind[2]["_first_stage_score"]) == (read[2], None)


@pytest.mark.parametrize("kind", [pa.null(), pa.list_(pa.null()), pa.large_list(pa.null())])
def test_a_table_without_a_single_hit_stays_as_it_is(kind: Any) -> None:
    value = None if kind == pa.null() else []
    table = pa.table({"query": ["a", "b"], "hits": pa.array([value, value], kind)})
    assert reranked_table(table, [Ranking((), ()), Rejected("no")], ALL).equals(table)


def test_rows_and_hits_that_are_null_stay_null() -> None:
    table = table_of(pa.float32(), [3.5, None, 1.5])
    hits = [None, [], [None, *hits_of(table)[:1]]]
    given = pa.table(
        {"query": ["a", "b", "c"], "hits": pa.array(hits, table.schema.field("hits").type)}
    )
    ranked = reranked_table(given, [Rejected("no"), Ranking((), ()), Rejected("no")], ALL)
    first, second, third = ranked.to_pylist()
    assert (first["hits"], second["hits"]) == (None, [])
    assert third["hits"][0] is None
    assert third["hits"][1]["_id"] == "0"


@pytest.mark.parametrize("column", [pa.array(["a"]), pa.array([[1]]), pa.array([{"hits": []}])])
def test_a_column_of_something_else_is_said(column: Any) -> None:
    with pytest.raises(BulkError, match="is no list of structs"):
        reranked_table(pa.table({"query": ["q"], "hits": column}), [Ranking((), ())], ALL)


def test_a_table_and_its_rows_get_the_same_order() -> None:
    drawn = random.Random(0)
    for _ in range(200):
        rows, rankings = [], []
        for _ in range(drawn.randrange(1, 5)):
            size = drawn.randrange(6)
            hits = [
                {"_id": str(i), "_score": drawn.choice([None, 1.5]), "_first_stage_score": 2.0}
                for i in range(size)
            ]
            rows.append({"query": "q", "hits": hits})
            order = drawn.sample(range(size), size)[: drawn.choice([2, 9])]
            window = [place for place in range(len(order))]
            drawn.shuffle(window)
            scores = sorted((drawn.random() for _ in window), reverse=True)
            rankings.append(Ranking(tuple(window), tuple(scores)))
        chosen = Selection(drawn.choice([None, 2]), drawn.choice([None, 0.5]))
        hit = pa.struct(
            [("_id", pa.string()), ("_score", pa.float64()), ("_first_stage_score", pa.float64())]
        )
        schema = pa.schema([("query", pa.string()), ("hits", pa.list_(hit))])
        table = pa.concat_tables([pa.Table.from_pylist([row], schema) for row in rows])
        expected = [
            reranked(row, ranking, chosen) for row, ranking in zip(rows, rankings, strict=True)
        ]
        assert reranked_table(table, rankings, chosen).to_pylist() == expected


def test_what_cannot_be_read_is_a_fault_of_its_row_alone() -> None:
    broken = pa.array([b"good", b"\xff", b"good"], pa.binary()).view(pa.string())
    first, second, third = rows_as_json(pa.table({"query": broken}))
    assert first == third == (b'{"query":"good"}', None)
    assert second[1] is not None
    assert second[1].startswith("has a value that cannot be read: ")


def test_tables_have_values_that_json_has_not() -> None:
    table = table_of(pa.float32(), [1.5])
    ((raw, fault),) = rows_as_json(
        table.set_column(0, "query", pa.array([{"a": 2**63}], pa.struct([("a", pa.uint64())])))
    )
    assert fault is None
    assert b'"facts":{"eur":"9.90"}' in raw
    assert b'"at":"2026-01-01T00:00:00+00:00"' in raw
    assert b'"day":"2026-01-01"' in raw
    keys = pa.array([[(1, "a")]], pa.map_(pa.int64(), pa.string()))
    assert rows_as_json(pa.table({"query": keys})) == [(b'{"query":{"1":"a"}}', None)]
