"""Plans of made-up nodes, whose right answer is known."""

from typing import Any

import pytest

from sidecar.errors import StartupError
from sidecar.workshop.planning.planning import Planner
from tests.workshop.planning.nodes import made_up_node, traffic

COUNT = 100
"""Queries that are simulated on a node."""


def planner(node: Any = None, **sections: Any) -> Planner:
    return Planner(traffic(**sections), node or made_up_node(), queries=COUNT)


def test_more_traffic_needs_more_replicas_and_they_keep_the_promise() -> None:
    plan = planner().plan((10.0, 100.0))
    replicas = [row.replicas for row in plan.rows]
    assert replicas == sorted(replicas)
    for row in plan.rows:
        # A node can do ten queries of 0.1 s per second.
        assert row.load == pytest.approx(row.rate / row.replicas / 10)
        assert row.load < 1
        assert row.figures.refused <= 0.001
        assert 0.1 <= row.figures.p50_s <= row.figures.p95_s <= row.figures.p99_s <= 2.0
    assert replicas[2] >= 11


def test_one_replica_less_would_break_the_promise() -> None:
    found = planner()
    row = found.row(30.0)
    assert row.replicas > 1
    assert found.load(30.0, row.replicas - 1) >= 1 or (
        found.figures(30.0, row.replicas - 1).refused > 0.001
    )


def test_given_replicas_are_taken_as_they_are() -> None:
    row = planner().row(20.0, replicas=7)
    assert row.replicas == 7
    assert row.load == pytest.approx(20.0 / 70)


def test_cost_counts_the_replicas_for_the_time_of_a_million_queries() -> None:
    day = [1.0] * 12 + [3.0] * 12
    row = planner(queries={"by_hour": day}).row(15.0, replicas=3)
    # The mean of the day is 10 per second: 27.8 hours, at 0.5 for each of three.
    assert row.per_million == pytest.approx(1e6 / 10 / 3600 * 3 * 0.5)
    assert row.per_million_scaled == pytest.approx(1e6 / 10 / 3600 * 2 * 0.5)


def test_without_a_price_there_is_no_cost() -> None:
    described = traffic().model_copy(update={"node": None})
    assert Planner(described, made_up_node(), queries=COUNT).row(1.0, 1).per_million is None


def test_repeated_queries_need_fewer_replicas_and_by_hash_no_more() -> None:
    asked_again = {"repeat_share": 0.9, "popular": 50}
    node = made_up_node(cache_mb=64)
    alone = planner(node).row(60.0)
    again = planner(node, queries=asked_again).row(60.0)
    by_hash = Planner(traffic(queries=asked_again), node, "hash", queries=COUNT).row(60.0)
    assert again.figures.known > 0.85
    assert again.replicas < alone.replicas
    assert by_hash.figures.known > 0.85


def test_what_was_not_measured_is_said() -> None:
    assert planner().row(1.0, replicas=1).notes == ()
    (several,) = planner().row(1.0, replicas=2).notes
    assert "one node was measured" in several
    (longer,) = planner(pairs={"median_tokens": 200, "max_tokens": 400}).row(0.1, replicas=1).notes
    assert "100 % of the pairs are outside the measured 16 to 116 tokens" in longer


def test_a_deadline_below_the_service_time_is_one_line() -> None:
    with pytest.raises(StartupError, match="50 ms is below the 100 ms") as caught:
        planner(promise={"deadline_ms": 50})
    assert "\n" not in caught.value.message
    with pytest.raises(StartupError, match="below"):
        planner(hits={"per_query": {"1": 0.9, "300": 0.1}})


def test_the_same_seed_gives_the_same_row() -> None:
    first, second = planner(), planner()
    assert first.row(20.0) == second.row(20.0)
