"""The measures against their formulas, and the bounds against trying everything."""

import itertools
import math

import numpy as np
import pytest

pytest.importorskip("ir_measures", reason="evaluating needs the extra `learn`")

from sidecar.judgements.judgements import Judgements
from sidecar.workshop.evaluation.candidates import EvaluationError
from sidecar.workshop.evaluation.measures import Grading, Metric, measured, parse_metrics
from sidecar.workshop.evaluation.orders import reranked
from sidecar.workshop.evaluation.unjudged import bounds, judged_share

GRADING = Grading()


def dcg(gains: list[float]) -> float:
    return sum(gain / math.log2(rank + 2) for rank, gain in enumerate(gains))


def test_all_measures_are_their_formulas() -> None:
    grades = [{"a": 3.0, "b": 0.0, "c": 1.0, "missed": 2.0}]
    metrics = parse_metrics("nDCG@3, MRR@3, MAP, P@2, R@3")
    assert [metric.name for metric in metrics] == ["nDCG@3", "MRR@3", "MAP", "P@2", "R@3"]
    values = measured(metrics, GRADING, grades, [["x", "a", "c", "b"]])
    assert values["nDCG@3"][0] == pytest.approx(dcg([0, 7, 1]) / dcg([7, 3, 1]))
    assert values["MRR@3"][0] == 0.5
    assert values["MAP"][0] == pytest.approx((1 / 2 + 2 / 3) / 3)
    assert values["P@2"][0] == 0.5
    assert values["R@3"][0] == pytest.approx(2 / 3)


def test_threshold_and_gain_are_ones_to_choose() -> None:
    grades = [{"a": 2.0, "b": 1.0}]
    (metric,) = parse_metrics("nDCG@2")
    linear = measured([metric], Grading(2.0, "linear"), grades, [["b", "a"]])
    assert linear["nDCG@2"][0] == pytest.approx(dcg([1, 2]) / dcg([2, 1]))
    values = measured(parse_metrics("P@1,MRR"), Grading(2.0), grades, [["b", "a"]])
    assert values["P@1"][0] == 0.0
    assert values["MRR"][0] == 0.5


def test_grades_may_be_fractions_and_negative_ones_gain_nothing() -> None:
    (metric,) = parse_metrics("nDCG@5")
    values = measured([metric], GRADING, [{"a": 0.5, "b": -2.0, "c": 1.5}], [["b", "a", "c"]])
    gains = [2**0.5 - 1, 2**1.5 - 1]
    expected = dcg([0, *gains]) / dcg(gains[::-1])
    assert values["nDCG@5"][0] == pytest.approx(expected, abs=1e-3)


def test_a_query_without_hits_has_zeros() -> None:
    values = measured(parse_metrics("nDCG,P@1"), GRADING, [{"a": 1.0}, {"a": 1.0}], [[], ["a"]])
    assert [*values["nDCG"]] == [0.0, 1.0]
    assert [*values["P@1"]] == [0.0, 1.0]


@pytest.mark.parametrize("text", ["", "nDCG@0", "P", "ERR@5", "nDCG@x", "@10"])
def test_other_metrics_are_refused(text: str) -> None:
    with pytest.raises(EvaluationError, match="--metrics"):
        parse_metrics(text)


def test_grades_that_are_percentages_need_the_linear_gain() -> None:
    judgements = Judgements({"q": {"a": 80.0}})
    with pytest.raises(EvaluationError, match="--gain linear"):
        Grading().check(judgements)
    Grading(50.0, "linear").check(judgements)


def test_the_first_hits_are_reranked_and_the_others_follow() -> None:
    scores = np.array([0.1, 0.9, 0.5, 0.9])
    assert reranked(scores, 6, 4) == [1, 3, 2, 0, 4, 5]  # equal scores as they were
    assert reranked(scores, 6, 2) == [1, 0, 2, 3, 4, 5]
    assert reranked(scores[:3], 3, 10) == [1, 2, 0]
    assert reranked(scores[:0], 0, 5) == []


def test_judged_documents_are_counted_among_the_first() -> None:
    shares = judged_share([{"a": 0.0}, {"a": 1.0}, {}], [["a", "x", "y"], ["a"], []], 2)
    assert [*shares] == [0.5, 1.0, 1.0]


@pytest.mark.parametrize("kind", ["nDCG", "RR", "AP", "P", "R"])
def test_bounds_are_the_ends_of_everything_that_could_be(kind: str) -> None:
    rng = np.random.default_rng(5)
    metric = Metric(kind, 5)
    for _ in range(12):
        ranking = [f"d{number}" for number in rng.permutation(8)]
        grades = {f"d{n}": float(rng.integers(0, 4)) for n in rng.choice(12, 5, replace=False)}
        grades["d20"] = 3.0
        unjudged = [document for document in ranking[:5] if document not in grades]
        guesses = [
            grades | dict(zip(unjudged, guess, strict=True))
            for guess in itertools.product((0.0, 3.0), repeat=len(unjudged))
        ]
        values = measured([metric], GRADING, guesses, [ranking] * len(guesses))[metric.name]
        found = bounds(metric, GRADING, [grades], [ranking])
        assert found is not None
        assert found[0][0] == pytest.approx(values.min())
        assert found[1][0] == pytest.approx(values.max())


def test_judged_rankings_have_no_room_and_a_metric_without_cut_off_no_bounds() -> None:
    grades = [{"a": 1.0, "b": 0.0}]
    found = bounds(Metric("nDCG", 2), GRADING, grades, [["b", "a"]])
    assert found is not None
    assert found[0][0] == found[1][0] == pytest.approx(1 / math.log2(3))
    assert bounds(Metric("AP", None), GRADING, grades, [["b", "a"]]) is None
