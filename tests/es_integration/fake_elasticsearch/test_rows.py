"""ES|QL's rows as texts, and how many of them a request holds."""

from typing import Any

import numpy as np
import pytest

from tests.es_integration.fake_elasticsearch.rows import batches, best, inputs, yaml_row

ROWS: list[dict[str, Any]] = [
    {"title": "War and Peace", "author": ["Tolstoy"], "pages": 1225},
    {"title": None, "author": None},
    {"title": "Emma", "author": ["Austen", "Anonymous"]},
]


def test_a_row_is_yaml_with_its_columns_names() -> None:
    (first, *_) = inputs(ROWS, ["title", "author"], (9, 2))
    assert first.text == '---\ntitle: "War and Peace"\nauthor:\n- "Tolstoy"\n'


def test_numbers_have_no_quotes_and_nulls_are_left_out() -> None:
    assert yaml_row({"pages": 1225, "sold": True}) == "---\npages: 1225\nsold: true\n"
    assert [item.row for item in inputs(ROWS, ["title", "author"], (9, 3))] == [0, 2]


def test_one_column_is_the_plain_text() -> None:
    texts = [item.text for item in inputs(ROWS, ["title"], (9, 2))]
    assert texts == ["War and Peace", "Emma"]


def test_of_several_columns_a_row_is_yaml_even_where_one_value_stays() -> None:
    (item,) = inputs([{"title": "Emma", "author": None}], ["title", "author"], (9, 3))
    assert item.text == '---\ntitle: "Emma"\n'


def test_from_9_4_each_value_is_a_text_and_the_best_score_counts() -> None:
    sent = inputs(ROWS, ["title", "author", "pages"], (9, 4))
    assert [tuple(item) for item in sent][2:] == [(2, "Emma"), (2, "Austen"), (2, "Anonymous")]
    scores = [np.float32(s) for s in (0.5, 0.25, 0.125, 0.75, 0.5)]
    assert best(sent, scores, 3) == [0.5, None, 0.75]


@pytest.mark.parametrize(("version", "sizes"), [((9, 2), [20, 5]), ((9, 3), [10, 10, 5])])
def test_a_request_holds_so_many(version: Any, sizes: list[int]) -> None:
    sent = inputs([{"title": str(number)} for number in range(25)], ["title"], version)
    assert [len(batch) for batch in batches(sent, version)] == sizes
