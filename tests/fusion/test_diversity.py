"""Maximal marginal relevance, against the formula written out."""

import math
import random
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.fusion.diversity import maximal_marginal_relevance, of_values, of_vectors

NUMBERS = st.floats(-1, 1).map(lambda number: round(number, 3))
VECTOR = st.lists(NUMBERS, min_size=3, max_size=3).filter(any)
DOCUMENT = st.tuples(st.floats(0, 1).map(lambda score: round(score, 6)), VECTOR)


def cosine(a: Sequence[float], b: Sequence[float]) -> float:
    return sum(x * y for x, y in zip(a, b, strict=True)) / math.hypot(*a) / math.hypot(*b)


@given(st.lists(DOCUMENT, min_size=1, max_size=8), st.floats(0, 1), st.integers(1, 9))
def test_each_pick_has_the_largest_marginal_relevance_of_those_left(
    documents: list[tuple[float, list[float]]], weight: float, top: int
) -> None:
    scores = [score for score, _ in documents]
    vectors = [vector for _, vector in documents]
    places = sorted(range(len(documents)), key=lambda place: -scores[place])
    picks = maximal_marginal_relevance(scores, places, of_vectors(vectors), weight, top)
    assert len({pick.place for pick in picks}) == len(picks) == min(top, len(documents))
    chosen: list[int] = []
    for pick in picks:

        def marginal(place: int) -> float:
            alike = [cosine(vectors[place], vectors[each]) for each in chosen]
            return weight * scores[place] - (1 - weight) * max(alike, default=0.0)

        left = [place for place in places if place not in chosen]
        assert pick.marginal_relevance == pytest.approx(marginal(pick.place), abs=1e-9)
        assert pick.marginal_relevance >= max(map(marginal, left)) - 1e-9
        if chosen:
            assert pick.nearest in chosen
            assert pick.similarity == pytest.approx(
                max(cosine(vectors[pick.place], vectors[each]) for each in chosen), abs=1e-9
            )
        else:
            assert (pick.nearest, pick.similarity) == (None, 0.0)
        chosen.append(pick.place)


def test_a_copy_of_the_best_gives_way_to_what_is_other() -> None:
    vectors = [[1.0, 0.0], [2.0, 0.0], [0.0, 1.0], [0.7, 0.7]]
    scores = [0.9, 0.89, 0.6, 0.5]
    picks = maximal_marginal_relevance(scores, range(4), of_vectors(vectors), 0.5, 3)
    assert [pick.place for pick in picks] == [0, 2, 1]
    assert [
        pick.place
        for pick in maximal_marginal_relevance(scores, range(4), of_vectors(vectors), 1.0, 4)
    ] == [0, 1, 2, 3]


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        "1, 0",
        ["1", "0"],
        [0.0, 0.0],
        [1.0],
        [1.0, math.inf],
        [1.0, math.nan],
        [[1.0, 0.0]],
    ],
)
def test_what_is_no_vector_is_like_no_other(value: object) -> None:
    similarity = of_vectors([[1, 0], value, [1, 1]])
    assert similarity.compared == 2
    assert similarity.to(1).tolist() == [0, 0, 0]
    assert similarity.to(0)[2] == pytest.approx(math.sqrt(0.5))


def test_vectors_with_a_fault_do_not_say_which_length_is_usual() -> None:
    sound = [[1.0, 0.0, 0.0], [1.0, 1.0, 0.0]]
    for faulty in ([1.0, None, 2.0, 3.0], [1.0, 2.0, "3", 4.0], [1.0, 10**400, 2.0, 3.0]):
        similarity = of_vectors([faulty, sound[0], faulty, sound[1], faulty])
        assert similarity.compared == 2
        assert similarity.to(1).tolist() == pytest.approx([0, 1, 0, math.sqrt(0.5), 0])


def test_vectors_with_faults_may_have_as_many_lengths_as_there_are() -> None:
    faulty = [[1.0] * count + [None] for count in range(1, 1500)]
    assert of_vectors([*faulty, [1.0, 0.0]]).compared == 1


def test_large_and_small_vectors_have_their_cosine() -> None:
    assert of_vectors([[1e300, 0.0], [1e-300, 0.0]]).to(0).tolist() == pytest.approx([1, 1])


def test_copies_of_a_vector_keep_their_order_however_blas_adds() -> None:
    drawn = random.Random(0)
    different = [[drawn.gauss(0, 1) for _ in range(385)] for _ in range(7)]
    vectors = [[number * (1 + copy) for number in each] for copy in range(9) for each in different]
    picks = maximal_marginal_relevance([0.5] * 63, range(63), of_vectors(vectors), 0.5, 63)
    for kind in range(7):
        of_kind = [pick.place for pick in picks if pick.place % 7 == kind]
        assert of_kind == sorted(of_kind)
    assert [pick.similarity for pick in picks[7:]] == pytest.approx([1.0] * 56)


def test_more_documents_than_one_block_of_cosines_have_theirs() -> None:
    drawn = random.Random(1)
    vectors = [[drawn.gauss(0, 1) for _ in range(96)] for _ in range(150)]
    similarity = of_vectors(vectors)
    for place in (0, 37, 149):
        expected = [cosine(vectors[place], other) for other in vectors]
        assert similarity.to(place).tolist() == pytest.approx(expected, abs=1e-11)


def test_the_similarities_of_all_are_those_of_each_and_both_choose_the_same() -> None:
    drawn = random.Random(2)
    count = 150
    vectors = [[drawn.gauss(0, 1) for _ in range(96)] for _ in range(count - 9)]
    vectors += [[2 * number for number in each] for each in vectors[:9]]
    values = [[f"{drawn.randrange(9)}", f"{drawn.randrange(9)}"] for _ in range(count)]
    scores = [drawn.random() for _ in range(count)]
    places = sorted(drawn.sample(range(count), 120), key=lambda place: -scores[place])
    for similarity in (of_vectors(vectors), of_values(values)):
        each = [similarity.to(place).tolist() for place in range(count)]
        assert similarity.to_all().tolist() == [pytest.approx(row, abs=1e-11) for row in each]
        all_of_them = maximal_marginal_relevance(scores, places, similarity, 0.6, count)
        assert len(all_of_them) == len(places)
        for top in (1, 20, 74, 75, 76, 119):
            some = maximal_marginal_relevance(scores, places, similarity, 0.6, top)
            assert [pick.place for pick in some] == [pick.place for pick in all_of_them[:top]]


@pytest.mark.parametrize(
    ("pool", "top", "computed"), [(20, 20, 0), (100, 50, 0), (51, 51, 1), (100, 51, 1)]
)
def test_all_similarities_are_computed_only_where_most_documents_are_chosen(
    pool: int, top: int, computed: int
) -> None:
    scores = [1 - place / 100 for place in range(100)]
    similarity = of_vectors([[math.cos(score), math.sin(score)] for score in scores])
    calls = 0

    def to_all() -> npt.NDArray[np.float64]:
        nonlocal calls
        calls += 1
        return similarity.to_all()

    counted = replace(similarity, to_all=to_all)
    assert len(maximal_marginal_relevance(scores, range(pool), counted, 0.6, top)) == top
    assert calls == computed


def test_values_are_compared_as_sets_of_texts_without_case() -> None:
    values = ["Red  Shoe", ["red shoe", "Blue"], 38.0, 38, None, "", {"name": "x"}]
    similarity = of_values(values)
    assert similarity.compared == 5
    assert similarity.to(0).tolist() == [1, 0.5, 0, 0, 0, 0, 0]
    assert similarity.to(2).tolist() == [0, 0, 1, 1, 0, 0, 0]
    assert similarity.to(4).tolist() == [0] * 7


def test_without_documents_there_is_nothing_to_choose() -> None:
    assert maximal_marginal_relevance([], [], of_vectors([]), 0.5, 3) == []
    assert of_values([]).compared == 0
