"""The cache of logits: what makes two inputs equal, and how much it keeps."""

import random

import numpy as np

from sidecar.runtime.logit_cache import ENTRY_BYTES, LogitCache, cache_keys
from sidecar.runtime.session import ModelInput


def model_input(ids: list[int], segments: list[int] | None = None) -> ModelInput:
    return ModelInput(np.array(ids), None if segments is None else np.array(segments))


def test_keys_are_equal_for_equal_ids_segments_and_revision_alone() -> None:
    inputs = [
        model_input([1, 2, 3]),
        model_input([1, 2]),
        model_input([1, 2, 4]),
        model_input([1, 2, 3], [0, 0, 1]),
        model_input([1, 2, 3], [0, 1, 1]),
    ]
    keys = cache_keys("first", inputs) + cache_keys("second", inputs)
    assert len(set(keys)) == len(keys)
    assert cache_keys("first", [model_input([0, 1, 2, 3]), model_input([1, 2, 3])])[1] == keys[0]
    strided = ModelInput(np.array([1, 9, 2, 9, 3])[::2], None)
    assert cache_keys("first", [strided]) == keys[:1]


def test_what_was_not_used_for_longest_makes_room() -> None:
    cache = LogitCache(3 * (ENTRY_BYTES + 4))
    for number in range(3):
        cache.put(bytes([number]), np.float32(number))
    cache.get([b"\0"])
    cache.put(b"\3", np.float32(3))
    assert cache.get([b"\0", b"\1", b"\2", b"\3"]) == [0, None, 2, 3]


def test_it_never_takes_more_than_its_bytes() -> None:
    rng = random.Random(5)
    cache = LogitCache(10_000)
    for _ in range(2_000):
        vector = np.zeros(rng.randrange(1, 900), np.float32)  # an encoder's output
        cache.put(bytes([rng.randrange(256)]), vector)
        assert cache.bytes <= cache.max_bytes
    kept = [each for each in cache.get([bytes([n]) for n in range(256)]) if each is not None]
    assert len(kept) == len(cache)
    assert cache.bytes == sum(each.nbytes + ENTRY_BYTES for each in kept)


def test_an_output_larger_than_the_cache_is_not_kept() -> None:
    cache = LogitCache(100)
    cache.put(b"x", np.float32(1))
    assert cache.get([b"x"]) == [None]
    assert cache.bytes == 0
