"""Which weights stay float, on differences made by hand."""

import numpy as np
import pytest

pytest.importorskip("onnx", reason="building models needs the extra `build`")

from sidecar.build import quantize as quantizing
from sidecar.build.runner import Floats
from sidecar.build.sensitivity import choose, difference


def test_units_are_chosen_by_bisection_over_the_worst() -> None:
    costs = {"a": 0.4, "b": 0.1, "c": 0.05, "d": 0.01}
    reference = np.array([-1.0, 1.0])

    def quantized(chosen: object) -> Floats:
        return reference + sum(costs[unit] for unit in chosen)  # type: ignore[attr-defined]

    choice = choose(list(costs), reference, quantized, 0.1, costs.__getitem__)
    assert choice.quantized == ("c", "d")
    assert choice.difference.relative == pytest.approx(0.06)
    assert list(choice.alone) == ["a", "b", "c", "d"]
    everything = choose(list(costs), reference, quantized, 1.0, costs.__getitem__)
    assert everything.quantized == ("a", "b", "c", "d")
    assert everything.alone == {}
    nothing = choose(list(costs), reference, quantized, 0.001, costs.__getitem__)
    assert nothing.quantized == ()


def test_a_logit_that_is_not_finite_is_an_infinite_difference() -> None:
    found = difference(np.array([1.0, np.nan]), np.array([1.0, 2.0]))
    assert found.relative == np.inf


def test_the_order_of_graphs_names_every_graph_that_can_be_made() -> None:
    made = {name for precision in quantizing.MADE_BY.values() for name in precision.names}
    assert set(quantizing.ORDER) == made | {"fp32"}
