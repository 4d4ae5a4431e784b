"""The hits of a Ray Dataset, reranked: a table in, a table with the same rows and columns out."""

import contextlib
from collections.abc import Iterator

import pyarrow as pa
import pytest

pytest.importorskip("ray.data", reason="needs the extra `ray`")

from sidecar.on_ray.dataset import RowReranker
from sidecar.workshop.bulk.input_rows import BulkError
from sidecar.workshop.bulk.reranked_row import Selection
from tests.on_ray.commands import run
from tests.workshop.bulk.by_length import ByLength, row


@contextlib.contextmanager
def by_length() -> Iterator[ByLength]:
    yield ByLength({})


@contextlib.contextmanager
def refused() -> Iterator[ByLength]:
    raise BulkError("there is no model")
    yield


def test_hits_are_in_the_new_order_and_other_columns_as_they_were() -> None:
    rows = [row(1, "a", "ccc", "bb"), {**row(2, "a"), "query": None}]
    table = RowReranker(by_length, Selection(top_n=2))(pa.Table.from_pylist(rows))
    assert table.schema.names == ["query_id", "query", "hits", "day", "rejected"]
    first, second = table.to_pylist()
    assert (first["query_id"], first["day"], first["rejected"]) == ("q1", 1, None)
    assert [(hit["_id"], hit["_score"]) for hit in first["hits"]] == [("p1", 0.03), ("p2", 0.02)]
    assert first["hits"][0]["_first_stage_score"] == 8.5
    assert second["rejected"] == "has no text in `query`"
    assert [hit["_id"] for hit in second["hits"]] == ["p0"]


def test_what_was_reranked_can_be_reranked_again() -> None:
    table = pa.Table.from_pylist([row(1, "a", "bb")])
    once = RowReranker(by_length, Selection())(table)
    twice = RowReranker(by_length, Selection())(once)
    assert twice.schema == once.schema
    assert [hit["_id"] for hit in twice.to_pylist()[0]["hits"]] == ["p1", "p0"]


def test_a_model_that_cannot_be_loaded_and_a_table_without_hits_are_said() -> None:
    table = pa.Table.from_pylist([row(1, "a")])
    with pytest.raises(RuntimeError, match="there is no model"):
        RowReranker(refused, Selection())(table)
    with pytest.raises(BulkError, match="`hits`"):
        RowReranker(by_length, Selection())(pa.table({"query": ["a"]}))


def test_a_dataset_on_two_actors_is_ranked_as_in_one_process() -> None:
    done = run("tests.on_ray.reranked_dataset")
    assert done.returncode == 0, done.stderr
    assert "as in one process" in done.stdout
