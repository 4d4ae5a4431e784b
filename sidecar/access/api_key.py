"""An API key as the service knows it. The key itself is only ever with its client."""

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from sidecar.request import Priority

Scope = Literal["rerank", "metrics", "admin"]
"""What a key is good for: searches (with the playground's data), `/metrics`, `/admin/...`. No
scope includes another."""
Unit = Literal["requests", "documents"]
"""What a quota counts."""
UNITS: tuple[Unit, ...] = ("requests", "documents")

PREFIX = "rsk_"
"""Before every new key, so that a scanner of repositories and logs can find a leaked one."""
KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class Quota:
    """The most that a key may ask for per minute; None is no limit."""

    requests_per_minute: int | None = None
    documents_per_minute: int | None = None

    def per_minute(self, unit: Unit) -> int | None:
        """The limit for the unit."""
        return self.requests_per_minute if unit == "requests" else self.documents_per_minute


@dataclass(frozen=True, slots=True)
class ApiKey:
    """Whose request it is and what it may do."""

    name: str
    """For logs, metrics and fair shares. Never secret, and unique."""
    digest: bytes = field(repr=False)
    """`digest_of` the key."""
    scopes: frozenset[Scope] = frozenset({"rerank"})
    priority: Priority = "interactive"
    """Of its requests that name none."""
    quota: Quota = Quota()
    expires: datetime | None = None
    """The first moment at which it is no longer good, in UTC; None is never."""

    def expired(self, now: datetime) -> bool:
        """Whether the key is no longer good at `now`, which has a time zone."""
        return self.expires is not None and now >= self.expires


ANONYMOUS = ApiKey("anonymous", b"")
"""Whose requests are where the service needs no key. No key has an empty digest."""


def new_key() -> str:
    """A key of 256 random bits, in characters that every header and shell takes as they are."""
    return PREFIX + secrets.token_urlsafe(KEY_BYTES)


def digest_of(key: bytes) -> bytes:
    """The SHA-256 of a key.

    No slow hash and no salt, which protect passwords, because people choose those: nobody finds
    one of 2**256 keys by trying, however fast, and no two are alike. A slow hash would only give
    strangers a way to keep the service busy with wrong keys.
    """
    return hashlib.sha256(key).digest()
