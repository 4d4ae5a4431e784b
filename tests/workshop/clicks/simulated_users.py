"""Users whose click model is known: what they were shown, and what they clicked."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from sidecar.workshop.clicks.impressions import Bools, Floats, Impressions, Ints

START = datetime(2026, 11, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Shop:
    """Queries, each with documents of its own; pair = query * documents + document."""

    queries: int
    documents: int
    attractiveness: Floats
    satisfaction: Floats

    @classmethod
    def make(cls, rng: np.random.Generator, queries: int = 100, documents: int = 15) -> "Shop":
        pairs = queries * documents
        return cls(queries, documents, rng.beta(1, 4, pairs), rng.beta(2, 2, pairs))

    def lists(self, rng: np.random.Generator, searches: int, shown: int) -> Ints:
        """(searches, shown) pairs: rankings that move around a fixed order."""
        query = rng.integers(self.queries, size=searches)
        noise = rng.normal(0, 2.0, (searches, self.documents))
        order = np.argsort(np.arange(self.documents) + noise, axis=1)[:, :shown]
        return np.asarray(query[:, None] * self.documents + order)


def position_based_clicks(
    rng: np.random.Generator, shop: Shop, pairs: Ints, examination: Floats
) -> Bools:
    return np.asarray(rng.random(pairs.shape) < shop.attractiveness[pairs] * examination)


def dynamic_bayesian_clicks(
    rng: np.random.Generator, shop: Shop, pairs: Ints, persistence: float
) -> Bools:
    clicked = np.zeros(pairs.shape, bool)
    examines = np.ones(len(pairs), bool)
    for rank in range(pairs.shape[1]):
        pair = pairs[:, rank]
        clicked[:, rank] = examines & (rng.random(len(pairs)) < shop.attractiveness[pair])
        satisfied = clicked[:, rank] & (rng.random(len(pairs)) < shop.satisfaction[pair])
        examines &= ~satisfied & (rng.random(len(pairs)) < persistence)
    return clicked


def impressions_of(pairs: Ints, clicked: Bools, shop: Shop) -> Impressions:
    searches, shown = pairs.shape
    return Impressions(
        np.repeat(np.arange(searches), shown),
        np.tile(np.arange(1, shown + 1), searches),
        pairs.ravel(),
        clicked.ravel(),
        shop.queries * shop.documents,
    )


def ubi_records(
    pairs: Ints, clicked: Bools, shop: Shop, *, impression_events: bool, first_search: int = 0
) -> Iterator[dict[str, Any]]:
    """The same as UBI 1.3: with an event for each impression, or with hits in the queries."""
    rows = zip(pairs.tolist(), clicked.tolist(), strict=True)
    for search, (row, marks) in enumerate(rows, first_search):
        moment = START + timedelta(seconds=7 * search)
        common = {
            "application": "shop",
            "query_id": f"{search:08x}-0c6e-4b1f-9d2a-2f6f0d8c77aa",
            "client_id": f"client-{search // 3}",
            "user_query": f"query {row[0] // shop.documents}",
        }
        query = {**common, "timestamp": moment.isoformat()}
        if not impression_events:
            query["query_response_hit_ids"] = [f"D{pair}" for pair in row]
        yield query
        for position, (pair, mark) in enumerate(zip(row, marks, strict=True), 1):
            for action in ("impression",) * impression_events + ("click",) * mark:
                yield {
                    **common,
                    "action_name": action,
                    "session_id": f"session-{search // 3}",
                    "timestamp": (moment + timedelta(seconds=position)).isoformat(),
                    "message_type": "INFO",
                    "event_attributes": {
                        "object": {"object_id": f"D{pair}", "object_id_field": "sku"},
                        "position": {"ordinal": position},
                    },
                }


def ubi_lines(*arguments: Any, **options: Any) -> str:
    return "".join(json.dumps(record) + "\n" for record in ubi_records(*arguments, **options))
