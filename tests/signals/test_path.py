"""The query's words in a category path."""

import pytest

from tests.signals.strengths import strengths


def test_a_deeper_category_counts_more() -> None:
    values = [
        "Electronics > Audio > Headphones",
        "Electronics > Headphones > Cases",
        "Headphones > Parts > Screws",
        ["Electronics", "Audio", "Headphones"],
        "Books",
    ]
    third = 1 / 3
    assert strengths({"kind": "path"}, values, "headphones") == pytest.approx(
        [1, 2 * third, third, 1, 0]
    )
