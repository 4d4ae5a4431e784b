"""What inflates, what is refused, and with which error."""

import gzip
import zlib

import pytest

from sidecar.errors import BodyTooLarge, MalformedBody, RerankError, UnsupportedCoding
from sidecar.http.content_coding import content_coding, inflate

TEXT = b'{"query": "red shoes"}' * 40
LIMIT = len(TEXT)
ZLIB = zlib.compress(TEXT)


@pytest.mark.parametrize(
    ("value", "coding"),
    [
        (None, None),
        ("", None),
        ("identity", None),
        ("GZIP", "gzip"),
        (" x-gzip ", "x-gzip"),
        ("identity, deflate", "deflate"),
    ],
)
def test_a_known_coding(value: str | None, coding: str | None) -> None:
    assert content_coding({} if value is None else {"Content-Encoding": value}) == coding


@pytest.mark.parametrize("value", ["br", "zstd", "gzip, deflate", "gzip;q=1", "\udcff"])
def test_any_other_coding_is_refused(value: str) -> None:
    with pytest.raises(UnsupportedCoding):
        content_coding({"Content-Encoding": value})


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
