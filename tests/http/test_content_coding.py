"""What inflates, what is refused, and with which error."""

import gzip
import zlib

import pytest

from sidecar.errors import BodyTooLarge, MalformedBody, RerankError, UnsupportedCoding
from sidecar.http.content_coding import STEP, content_coding, inflate

TEXT = b'{"query": "red shoes"}' * 40
LIMIT = len(TEXT)
ZLIB = zlib.compress(TEXT)


@pytest.mark.parametrize(
    ("values", "coding"),
    [
        ([], None),
        ([""], None),
        (["identity"], None),
        (["GZIP"], "gzip"),
        ([" x-gzip "], "x-gzip"),
        (["identity, deflate"], "deflate"),
        (["identity", "gzip"], "gzip"),
    ],
)
def test_a_known_coding(values: list[str], coding: str | None) -> None:
    assert content_coding(values) == coding


@pytest.mark.parametrize(
    "values", [["br"], ["zstd"], ["gzip, deflate"], ["gzip", "gzip"], ["gzip;q=1"], ["\udcff"]]
)
def test_any_other_coding_is_refused(values: list[str]) -> None:
    with pytest.raises(UnsupportedCoding):
        content_coding(values)


@pytest.mark.parametrize(
    ("coding", "raw"),
    [
        ("gzip", gzip.compress(TEXT)),
        ("x-gzip", gzip.compress(TEXT)),
        ("deflate", ZLIB),
        ("deflate", ZLIB[2:-4]),
    ],
    ids=["gzip", "x-gzip", "zlib", "raw deflate"],
)
def test_a_body_up_to_the_limit_inflates(coding: str, raw: bytes) -> None:
    assert inflate(raw, coding, LIMIT) == TEXT
    with pytest.raises(BodyTooLarge):
        inflate(raw, coding, LIMIT - 1)


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
@pytest.mark.parametrize(
    "raw",
    [b"", b"garbage", gzip.compress(TEXT)[:-9], ZLIB[:-5], gzip.compress(TEXT) * 2, ZLIB + b"x"],
    ids=["empty", "garbage", "short gzip", "short zlib", "two members", "a byte more"],
)
def test_a_body_that_is_not_one_whole_stream_is_malformed(coding: str, raw: bytes) -> None:
    with pytest.raises(RerankError) as fault:
        inflate(raw, coding, LIMIT)
    assert isinstance(fault.value, MalformedBody)


@pytest.mark.parametrize("size", [STEP - 1, STEP, STEP + 1, 3 * STEP, 3 * STEP + 258])
@pytest.mark.parametrize("unit", [b" ", b"0123456789abcdef" * 16 + b"x"])
def test_a_body_of_any_number_of_steps_is_whole(size: int, unit: bytes) -> None:
    text = (unit * (size // len(unit) + 1))[:size]
    for raw, coding in ((gzip.compress(text), "gzip"), (zlib.compress(text, 0), "deflate")):
        assert inflate(raw, coding, size) == text
        with pytest.raises(BodyTooLarge):
            inflate(raw, coding, size - 1)
        with pytest.raises(MalformedBody, match="ends early"):
            inflate(raw[:-1], coding, size)
        with pytest.raises(MalformedBody, match="goes on"):
            inflate(raw + bytes(2 * STEP), coding, size)
