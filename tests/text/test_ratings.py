"""Ratings of five in the words of shops."""

import pytest

from sidecar.text.ratings import rating


@pytest.mark.parametrize(
    ("text", "stars"),
    [
        ("4.7 out of 5", 4.7),
        ("Rated 4.25 out of 5 stars", 4.25),
        ("3,5 von 5 Sternen", 3.5),
        ("4 sur 5 étoiles", 4),
        ("4,2 su 5", 4.2),
        ("4.5/5", 4.5),
        ("4.5 / 5.0 (1,234 reviews)", 4.5),
        ("4.6 stars", 4.6),
        ("4.6 ★ (88)", 4.6),
        ("★★★☆☆", 3),
        ("★★★★★", 5),
        ("0 out of 5", 0),
    ],
)
def test_a_rating_of_five(text: str, stars: float) -> None:
    assert rating(text) == stars


@pytest.mark.parametrize(
    "text",
    [
        *("", "9.1 out of 10", "4 of 50", "4/5.5", "95%", "5.5 out of 5", "6/5", "3 packs of 5"),
        *("4/5/2020", "stars", "★★★★★★", "★☆", "5-pack", "x" * 100),
    ],
)
def test_anything_else_is_none(text: str) -> None:
    assert rating(text) is None
