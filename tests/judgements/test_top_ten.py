"""The service's own measures are those of `evaluate`, which come from ir-measures."""

import random

import pytest

from sidecar.judgements.judged_queries import JudgedQuery
from sidecar.judgements.top_ten import ideal_dcg
from sidecar.workshop.evaluation.measures import Grading, measured, parse_metrics

METRICS = parse_metrics("nDCG@10,MRR@10")


@pytest.mark.parametrize("seed", range(20))
def test_live_measures_are_those_of_evaluate(seed: int) -> None:
    draw = random.Random(seed)
    documents = [f"d{number}" for number in range(draw.choice((3, 12, 30)))]
    grades = {each: draw.choice((0.0, 0.0, 0.5, 1.0, 2.0, 3.0)) for each in documents[::2]}
    grades |= {"not found": 2.0}
    ranking = draw.sample(documents, len(documents))
    values = measured(METRICS, Grading(), [grades], [ranking])
    top = JudgedQuery(grades, ideal_dcg(grades.values())).top_ten(ranking[:10])
    # ir-measures takes the gains of fractional grades in thousandths
    assert top.ndcg == pytest.approx(values["nDCG@10"][0], abs=1e-3)
    assert top.mrr == pytest.approx(values["MRR@10"][0])
    assert top.documents == min(10, len(ranking))
    assert top.judged == sum(document in grades for document in ranking[:10])
