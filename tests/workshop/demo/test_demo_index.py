"""A query searched twice, by a client whose answers are given."""

from typing import Any

import pytest

from es_integration import IntegrationError
from sidecar.workshop.demo.collections import CollectionName, Query, load
from sidecar.workshop.demo.demo_index import Body, refuse_existing, two_searches

COLLECTION = load(CollectionName.PRODUCTS)
IDS = [document.id for document in COLLECTION.documents[:3]]
QUERY = Query(CollectionName.PRODUCTS, "red shoes", {})


def answer(*hits: tuple[str, float]) -> dict[str, Any]:
    return {"hits": {"hits": [{"_id": name, "_score": score} for name, score in hits]}}


class FixedClient:
    """Answers every search alike, and records the bodies."""

    def __init__(self, hits: list[tuple[str, float]]) -> None:
        self.bodies: list[Body] = []
        self._answer = answer(*hits)

    def search(self, *, index: str, body: Body) -> dict[str, Any]:
        self.bodies.append(body)
        return self._answer


def test_hits_carry_their_ranks_and_scores_of_both_searches() -> None:
    client = FixedClient([(IDS[0], 9.0), (IDS[1], 8.0), (IDS[2], 7.0)])
    bodies = []

    def rerank(body: Body, query: Query, top: int) -> dict[str, Any]:
        bodies.append((body, query, top))
        return answer((IDS[2], 0.9), (IDS[0], 0.2), (IDS[1], 0.1))

    outcome = two_searches(client, "demo", COLLECTION, rerank)(QUERY, 3)
    assert [(hit.document.id, hit.first_rank, hit.first_score) for hit in outcome.hits] == [
        (IDS[2], 3, 7.0),
        (IDS[0], 1, 9.0),
        (IDS[1], 2, 8.0),
    ]
    assert [(hit.rank, hit.score) for hit in outcome.hits] == [(1, 0.9), (2, 0.2), (3, 0.1)]
    assert client.bodies[0]["size"] == 3
    assert client.bodies[0]["query"]["multi_match"]["query"] == "red shoes"
    assert bodies == [(client.bodies[0], QUERY, 3)]


def test_without_hits_nothing_is_reranked() -> None:
    def rerank(body: Body, query: Query, top: int) -> Any:
        pytest.fail("there is nothing to rerank")

    outcome = two_searches(FixedClient([]), "demo", COLLECTION, rerank)(QUERY, 3)
    assert outcome.hits == ()


def test_what_exists_is_not_touched() -> None:
    refuse_existing("index", "rerank-demo-products", False)
    with pytest.raises(IntegrationError, match="the index rerank-demo-products already"):
        refuse_existing("index", "rerank-demo-products", True)
