"""Logits as bytes: what comes back, and what does not pass."""

import numpy as np
import pytest

from sidecar.shared_cache.stored_logit import decode, encode

KEY = bytes(range(16))


@pytest.mark.parametrize("logit", [0.0, -0.0, 1.5, -11.382791, 3.4e38, 1e-45])
def test_a_logit_comes_back_as_it_was(logit: float) -> None:
    output = np.array(logit, np.float32)
    back = decode(KEY, encode(KEY, output))
    assert back is not None
    assert (back.shape, back.dtype, back.tobytes()) == ((), np.float32, output.tobytes())


def test_no_changed_bit_passes() -> None:
    stored = encode(KEY, np.array(2.25, np.float32))
    for bit in range(8 * len(stored)):
        changed = bytearray(stored)
        changed[bit // 8] ^= 1 << bit % 8
        assert decode(KEY, bytes(changed)) is None


def test_neither_another_pairs_nor_a_part_nor_anything_else_passes() -> None:
    stored = encode(KEY, np.array(2.25, np.float32))
    assert decode(KEY[::-1], stored) is None
    for other in (b"", stored[:-1], stored + b"\0", b"123456789", "2.25", 2.25, ["a"], None):
        assert decode(KEY, other) is None


@pytest.mark.parametrize("logit", [float("nan"), float("inf")])
def test_what_is_no_number_does_not_pass(logit: float) -> None:
    assert decode(KEY, encode(KEY, np.array(logit, np.float32))) is None
