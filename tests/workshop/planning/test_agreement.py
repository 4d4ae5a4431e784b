"""What a step of the comparison costs a node by its figures."""

from collections.abc import Sequence

import pytest

from sidecar.workshop.bench.load.generator import Outcome
from sidecar.workshop.bench.load.plan import Kind, Planned
from sidecar.workshop.planning.arrivals import Query
from tests.workshop.planning.agreement import work_s
from tests.workshop.planning.nodes import made_up_node

TOKENS = (16, 66)


def outcomes(statuses: Sequence[int]) -> list[Outcome]:
    planned = Planned(0.0, Kind("query", len(TOKENS), 1.0, 0), 2.0, "one")
    return [Outcome(planned, 0.0, 1.0, status) for status in statuses]


def test_pairs_that_the_cache_knows_and_refused_queries_take_a_node_no_runs() -> None:
    node = made_up_node(request_s=0.004, cached_s=0.001)
    beside_s, runs_s = 0.004 + 2 * 0.001, node.pairs_s(TOKENS)
    new, again, other = Query(0.0, 1, TOKENS), Query(1.0, 1, TOKENS), Query(2.0, 2, TOKENS)
    queries = [new, again, other]
    assert runs_s > 0
    taken = {
        (200, 200, 200): 3 * beside_s + 2 * runs_s,
        (200, 200, 429): 2 * beside_s + runs_s,
        (429, 200, 200): 2 * beside_s + 2 * runs_s,
    }
    for statuses, expected in taken.items():
        assert work_s(node, queries, outcomes(statuses)) == pytest.approx(expected)
