"""What the service keeps of a key."""

import hashlib
import re
from datetime import UTC, datetime, timedelta, timezone

from sidecar.access.api_key import ANONYMOUS, ApiKey, digest_of, new_key

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def test_new_keys_are_256_random_bits_that_headers_and_shells_take_as_they_are() -> None:
    keys = {new_key() for _ in range(100)}
    assert len(keys) == 100
    assert all(re.fullmatch(r"rsk_[A-Za-z0-9_-]{43}", key) for key in keys)


def test_the_digest_is_sha256_so_that_other_tools_can_make_it() -> None:
    assert digest_of(b"one") == hashlib.sha256(b"one").digest()
    assert digest_of(b"") != ANONYMOUS.digest


def test_a_key_expires_at_its_moment_in_every_time_zone() -> None:
    key = ApiKey("shop", b"", expires=NOON)
    assert not key.expired(NOON - timedelta(microseconds=1))
    assert key.expired(NOON)
    assert key.expired(NOON.astimezone(timezone(timedelta(hours=-5))))
    assert not ApiKey("shop", b"").expired(NOON)


def test_neither_key_nor_digest_is_shown() -> None:
    assert "2222" not in repr(ApiKey("shop", b"2222"))
