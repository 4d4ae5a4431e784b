"""What a cache knows, beside a cache that is asked."""

from collections import OrderedDict

import numpy as np
import pytest

from sidecar.workshop.planning.popularity import Stream, known_share, known_shares, zipf


def simulated_share(stream: Stream, room: int, count: int) -> float:
    """Share of the queries that a cache with so much room knows, in the second half of them."""
    rng = np.random.default_rng(1)
    popular_share = stream.popular_rates.sum() / stream.rate
    ranks = rng.choice(
        len(stream.popular), count, p=stream.popular_rates / stream.popular_rates.sum()
    )
    new = rng.random(count) >= popular_share
    cache: OrderedDict[int, None] = OrderedDict()
    known = 0
    for number, rank in enumerate(ranks):
        query = -number - 1 if new[number] else int(rank)
        if query in cache:
            known += number >= count // 2
            cache.move_to_end(query)
        cache[query] = None
        if len(cache) > room:
            cache.popitem(last=False)
    return known / (count - count // 2)


@pytest.mark.parametrize("room", [100, 1000])
def test_the_known_share_is_that_of_a_cache_that_drops_the_least_recent(room: int) -> None:
    stream = Stream(np.arange(2000), zipf(2000) * 60.0, 40.0)
    found = known_share(stream, known_shares(stream, room))
    assert found == pytest.approx(simulated_share(stream, room, 60_000), abs=0.01)


def test_a_cache_without_room_knows_nothing_and_a_large_one_all_that_came_within_a_day() -> None:
    stream = Stream(np.arange(10), zipf(10) * 5.0, 5.0)
    assert known_share(stream, known_shares(stream, 0)) == 0
    assert known_share(stream, known_shares(stream, 1e9)) == pytest.approx(0.5)
