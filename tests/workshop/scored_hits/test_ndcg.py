"""The vectorised nDCG against ir-measures', and the arrays that it reads."""

import ir_measures
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ir_measures import nDCG

from sidecar.workshop.scored_hits.judged_parts import Floats, JudgedParts
from sidecar.workshop.scored_hits.ndcg import Ranking, ideal_dcg


def parts_of(grades: list[list[float]], depth: int) -> JudgedParts:
    sizes = [len(each) for each in grades]
    pairs = sum(sizes)
    return JudgedParts(
        np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
        np.zeros(pairs),
        np.zeros(pairs),
        np.zeros((pairs, 0)),
        np.zeros((pairs, 0)),
        np.array([grade for each in grades for grade in each]),
        np.array([ideal_dcg(np.array(each), depth) or 1.0 for each in grades]),
    )


def by_ir_measures(grades: list[list[float]], scores: Floats, depth: int) -> list[float]:
    """Equal scores as the service has them: in the order of the request."""
    qrels = {str(q): {str(d): int(2**g - 1) for d, g in enumerate(e)} for q, e in enumerate(grades)}
    run, start = {}, 0
    for query, each in enumerate(grades):
        order = np.argsort(-scores[start : start + len(each)], kind="stable")
        run[str(query)] = {str(d): float(-rank) for rank, d in enumerate(order)}
        start += len(each)
    found = {v.query_id: v.value for v in ir_measures.iter_calc([nDCG @ depth], qrels, run)}
    return [found[str(query)] for query in range(len(grades))]


@settings(deadline=None, max_examples=50)
@given(
    st.lists(st.lists(st.integers(0, 3), min_size=1, max_size=12), min_size=1, max_size=6),
    st.integers(1, 12),
    st.integers(0, 2**32 - 1),
)
def test_it_is_that_of_ir_measures(grades: list[list[float]], depth: int, seed: int) -> None:
    scores = np.random.default_rng(seed).integers(0, 4, sum(map(len, grades))).astype(float)
    found = Ranking(parts_of(grades, depth), depth).ndcg(scores)
    assert found == pytest.approx(by_ir_measures(grades, scores, depth), abs=1e-9)


def test_grades_of_0_and_less_gain_nothing_and_fractions_do() -> None:
    assert ideal_dcg(np.array([-1.0, 0.0]), 10) == 0
    assert ideal_dcg(np.array([0.5]), 10) == pytest.approx(2**0.5 - 1)


def test_queries_are_taken_out_with_their_pairs() -> None:
    parts = parts_of([[1, 0], [2, 0, 3], [0, 1, 0, 1]], 10)
    chosen = parts.of_queries(np.array([2, 0]))
    assert chosen.grades.tolist() == [0, 1, 0, 1, 1, 0]
    assert chosen.sizes.tolist() == [4, 2]
    scores = np.arange(9.0)
    whole = Ranking(parts, 10).ndcg(scores)
    some = Ranking(chosen, 10).ndcg(np.concatenate([scores[5:], scores[:2]]))
    assert some == pytest.approx(whole[[2, 0]])


def test_a_column_varies_where_a_querys_documents_differ() -> None:
    parts = parts_of([[1, 0], [1, 0]], 10)
    columns = np.array([[1.0, 0.0], [1.0, 1.0], [2.0, 0.0], [2.0, 0.0]])
    assert parts.varying(columns).tolist() == [0, 1]
