"""What a caller can set, and the part of it that the sidecar is sent."""

from typing import Any

import pytest

from es_integration.search import Rerank


@pytest.mark.parametrize("options", [{"window": 0}, {"fields": ()}, {"fields": "title"}])
def test_a_window_below_one_or_no_fields_is_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="window of 1 hit or more and a list of fields"):
        Rerank(**{"fields": ("title",), **options})


def test_options_that_are_not_set_are_not_sent() -> None:
    assert Rerank(fields=("title",)).request_options() == {}
    rerank = Rerank(
        fields=["title"],
        profile="legal",
        weights={"title": 0.0},
        deadline_s=0.0,
        instruction="judge",
    )
    assert rerank.request_options() == {
        "profile": "legal",
        "fields": {"title": 0.0},
        "deadline_s": 0.0,
        "instruction": "judge",
    }


@pytest.mark.parametrize("name", ["weights", "context", "diversify"])
def test_what_should_be_a_mapping_is_refused_by_its_name(name: str) -> None:
    with pytest.raises(ValueError, match=f"{name}: needs a mapping"):
        Rerank(fields=["title"], **{name: "x"})
