"""The searches of clients that watch what else happens to the service."""

import random
from collections.abc import Sequence
from typing import Any

WORDS = ("red", "shoes", "wool", "socks", "hat", "gloves", "scarf", "boots", "belt", "coat")


def searches(chance: random.Random, count: int) -> Sequence[dict[str, Any]]:
    """So many request bodies of one to eight documents each."""
    return [
        {"query": chance.choice(WORDS), "documents": chance.sample(WORDS, chance.randint(1, 8))}
        for _ in range(count)
    ]
