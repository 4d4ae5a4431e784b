"""One logit of those of a document's windows."""

import math
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.schema import Aggregate
from sidecar.text.long_documents import LongDocuments, aggregate

AGGREGATES = get_args(Aggregate)
logits = st.lists(st.floats(-60, 60), min_size=1, max_size=12)


def by(kind: str, top: int = 3) -> LongDocuments:
    return LongDocuments.model_validate({"aggregate": kind, "top": top})


def test_each_aggregate() -> None:
    values = [1.0, 4.0, 2.0, -3.0]
    assert aggregate(values, by("max")) == 4.0
    assert aggregate(values, by("first")) == 1.0
    assert aggregate(values, by("mean", 2)) == 3.0
    expected = math.log(sum(map(math.exp, values)) / 4)
    assert aggregate(values, by("logsumexp")) == pytest.approx(expected)


@pytest.mark.parametrize("kind", AGGREGATES)
@given(st.floats(-60, 60), st.integers(1, 12))
def test_equal_windows_give_their_logit(kind: str, logit: float, count: int) -> None:
    assert aggregate([logit] * count, by(kind)) == pytest.approx(logit, abs=1e-9)


@pytest.mark.parametrize("kind", AGGREGATES)
@given(logits, st.data())
def test_a_better_window_never_lowers_the_document(
    kind: str, values: list[float], data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(values) - 1))
    better = [*values]
    better[place] += data.draw(st.floats(0, 20))
    assert aggregate(better, by(kind)) >= aggregate(values, by(kind)) - 1e-9
    assert min(values) - 1e-9 <= aggregate(values, by(kind)) <= max(values) + 1e-9
