"""Which part of the traffic comes to which node."""

import numpy as np
import pytest

from sidecar.workshop.planning.routing import Routing, shares
from tests.workshop.planning.known_pairs import known_by_plan
from tests.workshop.planning.nodes import traffic

QUERIES = traffic(queries={"repeat_share": 0.4, "popular": 300}).queries


@pytest.mark.parametrize("routing", ["random", "hash"])
@pytest.mark.parametrize("nodes", [1, 2, 5])
def test_all_of_the_traffic_comes_to_some_node(nodes: int, routing: Routing) -> None:
    found = shares(QUERIES, 50.0, nodes, routing)
    assert sum(share.nodes for share in found) == nodes
    assert sum(share.nodes * share.stream.rate for share in found) == pytest.approx(50.0)


def test_some_of_many_nodes_stand_for_all() -> None:
    found = shares(QUERIES, 5000.0, 400, "hash")
    assert sum(share.nodes for share in found) == 400
    assert sum(share.nodes * share.stream.rate for share in found) == pytest.approx(5000, rel=0.1)


def test_by_hash_a_popular_query_comes_to_one_node() -> None:
    found = shares(QUERIES, 50.0, 4, "hash")
    ranks = np.concatenate([share.stream.popular for share in found])
    assert sorted(ranks) == list(range(300))


def test_by_hash_caches_know_more_than_at_random() -> None:
    def known(routing: Routing) -> float:
        return known_by_plan(QUERIES, 10.0, 20, routing, 9)

    assert known("hash") > 1.5 * known("random")
