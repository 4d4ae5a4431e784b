"""Errors of logits against a reference."""

import pytest

from sidecar.workshop.bench.compare.accuracy import CLIPPED, accuracy, kendall


def test_kendall_compares_orders() -> None:
    assert kendall([1, 2, 3, 4], [10, 20, 30, 40]) == 1
    assert kendall([1, 2, 3, 4], [4, 3, 2, 1]) == -1
    # One of six pairs is reversed: (5 - 1) / 6.
    assert kendall([1, 2, 3, 4], [1, 2, 4, 3]) == pytest.approx(4 / 6)
    # tau-b with a tie on one side: 5 / sqrt(5 * 6).
    assert kendall([1, 1, 3, 4], [1, 2, 3, 4]) == pytest.approx(5 / 30**0.5)
    assert kendall([1, 1], [1, 2]) == 0


def test_errors_count_all_pairs_and_kendall_each_request() -> None:
    errors = accuracy([[1.0, 2.5], [5.0, 3.0]], [[1.0, 2.0], [3.0, 4.0]])
    assert errors.pairs == 4
    assert errors.max_difference == 2.0
    assert errors.mean_difference == pytest.approx(3.5 / 4)
    assert errors.max_relative == pytest.approx(2.0 / 1.25**0.5)
    assert errors.kendall == 0  # the first order is the same, the second reversed
    assert errors.clipped == 0
    assert accuracy([[CLIPPED, 0.0]], [[20.0, 0.0]]).clipped == 1


def test_logits_of_other_documents_are_refused() -> None:
    with pytest.raises(ValueError, match="1 logits for 2 documents"):
        accuracy([[1.0]], [[1.0, 2.0]])
