"""Which weights stay float, on differences made by hand."""

from collections.abc import Collection

import numpy as np
import pytest

pytest.importorskip("onnx", reason="building models needs the extra `build`")

from sidecar.workshop.model.graphs import GRAPHS
from sidecar.workshop.model.quantizing.precisions import PRECISIONS
from sidecar.workshop.model.quantizing.sensitivity import choose_quantized, difference


def test_units_are_chosen_by_bisection_over_the_worst() -> None:
    costs = {"a": 0.4, "b": 0.1, "c": 0.05, "d": 0.01}

    def measure(chosen: Collection[str]) -> float:
        return sum(costs[group] for group in chosen)

    choice = choose_quantized(list(costs), measure, 0.1, costs.__getitem__)
    assert choice.quantized == ("c", "d")
    assert list(choice.ranked) == ["a", "b", "c", "d"]
    everything = choose_quantized(list(costs), measure, 1.0, costs.__getitem__)
    assert everything.quantized == ("a", "b", "c", "d")
    assert everything.ranked == {}
    nothing = choose_quantized(list(costs), measure, 0.001, costs.__getitem__)
    assert nothing.quantized == ()


def test_the_difference_is_the_mean_in_standard_deviations() -> None:
    measured = difference(np.array([-1.0, 5.0]), np.array([-2.0, 2.0]))
    assert (measured.maximum, measured.mean, measured.relative) == (3.0, 2.0, 1.0)


def test_a_logit_that_is_not_finite_is_an_infinite_difference() -> None:
    measured = difference(np.array([1.0, np.nan]), np.array([1.0, 2.0]))
    assert measured.relative == np.inf


def test_the_graphs_in_their_order_are_all_that_can_be_made() -> None:
    made = {name for precision in PRECISIONS.values() for name in precision.graphs}
    assert set(GRAPHS) == made | {"fp32"}
