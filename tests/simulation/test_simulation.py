"""200 seeds hold, each planted bug is found, and a seed can be repeated."""

import pytest

from tests.simulation.mutations import MUTATIONS, planted
from tests.simulation.simulation import Failed, simulate
from tests.simulation.virtual_time import Stuck

SEEDS = 200
PART = 20
MAX_SEEDS = 200
"""In which a planted bug must show itself."""


@pytest.mark.parametrize("first", range(0, SEEDS, PART))
def test_seeds_hold(first: int) -> None:
    for seed in range(first, first + PART):
        simulate(seed)


def test_a_seed_tells_the_same_story_again() -> None:
    stories: list[list[str]] = [[], []]
    for story in stories:
        simulate(3, story.append)
    assert stories[0] == stories[1]
    assert len(stories[0]) > 10


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_planted_bug_is_found(name: str) -> None:
    with planted(name):
        for seed in range(MAX_SEEDS):
            try:
                simulate(seed)
            except (Failed, Stuck):
                return
    raise AssertionError(f"no seed of {MAX_SEEDS} found it")
