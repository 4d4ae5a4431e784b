"""Which steps of a comparison count, on a machine whose speed changes by itself."""

from collections.abc import Callable, Sequence

import pytest

from sidecar.workshop.planning.node_model import NodeModel
from tests.workshop.planning.nodes import made_up_node, node_figures
from tests.workshop.planning.steady import scaled, told, until_steady


def probes(*seconds: Sequence[float]) -> Callable[[], Sequence[float]]:
    """Takes so long each time, on each node."""
    return iter(seconds).__next__


def test_a_step_is_repeated_until_its_nodes_are_as_fast_after_it_as_before() -> None:
    steps = iter(["first", "second", "third"])
    took = probes((1.0, 1.0), (1.0, 1.2), (1.2, 1.2), (1.22, 1.2))
    tried = until_steady(lambda: lambda: next(steps), took)
    assert [each.result for each in tried] == ["first", "second"]
    assert [each.drift for each in tried] == pytest.approx([0.2, 0.0167], rel=0.01)
    assert [each.is_steady() for each in tried] == [False, True]
    assert told(tried) == "taken 2 times, speed drifted by +20.0%, +1.7%: counts"


def test_a_machine_that_is_never_steady_gives_no_step_that_counts() -> None:
    took = probes((1.0,), (0.9,), (1.0,), (1.1,), (1.0,), (0.5,))
    tried = until_steady(lambda: lambda: "taken", took, tries=3)
    assert not any(each.is_steady() for each in tried)
    assert "-10.0%, +10.0%, -50.0%: DOES NOT COUNT" in told(tried)


def test_a_step_is_made_ready_before_its_first_probe() -> None:
    order: list[str] = []

    def prepare() -> Callable[[], None]:
        order.append("ready")
        return lambda: order.append("taken")

    def probe() -> Sequence[float]:
        order.append("probe")
        return [1.0]

    until_steady(prepare, probe)
    assert order == ["ready", "probe", "taken", "probe"]


def test_a_slower_node_takes_longer_for_everything() -> None:
    figures = node_figures(request_s=0.004, cached_s=0.001)
    slow = scaled(figures, 1.5)
    assert slow.request_s == pytest.approx(0.006)
    for tokens in (16, 66, 116):
        before, after = made_up_node(request_s=0.004, cached_s=0.001), NodeModel(slow)
        assert after.run_s([tokens]) == pytest.approx(1.5 * before.run_s([tokens]))
        assert after.device_s([tokens]) == pytest.approx(1.5 * before.device_s([tokens]))
        assert after.around_s([tokens]) == pytest.approx(1.5 * before.around_s([tokens]))
    assert (slow.workers, slow.side_by_side) == (figures.workers, figures.side_by_side)
