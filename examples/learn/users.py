"""Users with a known click model: who searches when, and what is clicked.

They look at place k with the chance k ** -0.6, and click what they look at with its attraction
(the position-based model). Some search once, some fifty times.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from shop import Floats, Shop

SHOWN = 10
"""Hits of a page."""
EXAMINATION: Floats = np.arange(1, SHOWN + 1) ** -0.6


@dataclass(frozen=True)
class Visit:
    """One search of a user."""

    number: int
    at: datetime
    user: str
    query: int


def visits(
    shop: Shop, count: int, users: int, begin: datetime, days: float, seed: int
) -> list[Visit]:
    """So many searches in the order of time."""
    draw = np.random.default_rng(seed)
    activity = draw.lognormal(0.0, 1.0, users)
    who = draw.choice(users, count, p=activity / activity.sum())
    what = draw.choice(len(shop.queries), count, p=shop.demand)
    when = np.sort(draw.random(count)) * days
    return [
        Visit(number, begin + timedelta(days=float(when[number])), f"user-{u}", int(q))
        for number, (u, q) in enumerate(zip(who, what, strict=True))
    ]


def clicked_places(shop: Shop, visit: Visit, shown: Sequence[str], seed: int) -> list[int]:
    """The places, from 1, that the user clicks; the same ones for the same visit and page."""
    draw = np.random.default_rng((seed, visit.number))
    columns = [shop.products[document] for document in shown]
    chances = EXAMINATION[: len(shown)] * shop.attraction[visit.query, columns]
    return [int(place) + 1 for place in np.flatnonzero(draw.random(len(shown)) < chances)]
