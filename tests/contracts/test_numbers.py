import json

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sidecar.contracts.numbers import dumps, number


@given(st.floats(width=32, allow_nan=False, allow_infinity=False))
def test_a_number_is_short_has_a_point_or_exponent_and_reads_back(value: float) -> None:
    text = dumps(number(value)).decode()
    assert "." in text or "e" in text
    assert len(text) <= 18
    assert np.float32(json.loads(text)) == np.float32(value)


def test_the_numbers_that_broke_the_java_cast() -> None:
    assert dumps(number(1.0)) == b"1.0"
    assert dumps(number(0.0)) == b"0.0"
    assert dumps(number(0.0005859603406861424)) == b"0.00058596034"
    assert dumps(number(1e-7)) == b"1e-7"
