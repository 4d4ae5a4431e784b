"""Which key a request has, and what it may do."""

import hmac
from datetime import UTC, datetime

import pytest

from sidecar.access import key_ring
from sidecar.access.api_key import ANONYMOUS, ApiKey, Scope, digest_of
from sidecar.access.key_ring import KeyRing
from sidecar.errors import Forbidden, Unauthorized

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def key(name: str, *scopes: Scope, expires: datetime | None = None) -> ApiKey:
    """A key that is its own name."""
    return ApiKey(name, digest_of(name.encode()), frozenset(scopes), expires=expires)


RING = KeyRing(
    (
        key("shop", "rerank"),
        key("ops", "metrics", "admin"),
        key("old", "rerank", expires=NOON),
        key("all", "rerank", "metrics"),
    ),
    frozenset({"rerank", "metrics", "admin"}),
)


def name(scope: Scope, *sent: bytes) -> str:
    return RING.authorize(sent, scope, NOON).name


def test_a_key_does_what_its_scopes_say_and_nothing_else() -> None:
    assert name("rerank", b"shop") == "shop"
    assert name("metrics", b"ops") == "ops"
    for scope, sent, scopes in (("metrics", b"shop", "metrics"), ("rerank", b"ops", "rerank")):
        with pytest.raises(Forbidden, match=f"no scope `{scopes}`"):
            name(scope, sent)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"Shop",
        b"shop ",
        b" shop",
        b"sho",
        b"shopp",
        b"shop\x00",
        "ѕhop".encode(),
        "shоp".encode(),
        "sho\u0301p".encode(),
        "\u200bshop".encode(),
        "ｓｈｏｐ".encode(),
        b"shop\xa0",
        digest_of(b"shop"),
        digest_of(b"shop").hex().encode(),
        f"sha256:{digest_of(b'shop').hex()}".encode(),
        b"s" * 1_000_000,
    ],
)
def test_a_key_is_its_exact_bytes(sent: bytes) -> None:
    with pytest.raises(Unauthorized, match="missing or wrong"):
        name("rerank", sent)


def test_the_first_key_that_may_is_the_requests() -> None:
    assert name("rerank", b"wrong", b"ops", b"all", b"shop") == "all"
    assert name("metrics", b"shop", b"all") == "all"
    assert name("rerank", b"old", b"shop") == "shop"


def test_an_expired_key_is_no_key_and_its_client_is_told() -> None:
    with pytest.raises(Unauthorized, match="old has expired"):
        name("rerank", b"old")
    with pytest.raises(Unauthorized, match="old has expired"):
        name("metrics", b"old")


def test_what_is_not_guarded_needs_no_key_and_refuses_none() -> None:
    ring = KeyRing((key("shop", "rerank"),), frozenset({"rerank"}))
    assert ring.authorize([], "metrics", NOON) is ANONYMOUS
    assert ring.authorize([b"shop"], "metrics", NOON) is ANONYMOUS
    assert KeyRing().authorize([b"anything"], "rerank", NOON) is ANONYMOUS
    with pytest.raises(Unauthorized):
        ring.authorize([], "rerank", NOON)


def test_an_expired_admin_still_means_that_there_is_administration() -> None:
    assert RING.has("admin")
    assert KeyRing((key("ops", "admin", expires=NOON),)).has("admin")
    assert not KeyRing((key("shop", "rerank"),)).has("admin")


@pytest.mark.parametrize("sent", [b"shop", b"all", b"wrong", b""])
def test_every_key_is_compared_whichever_is_right(
    sent: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[tuple[bytes, bytes]] = []

    def compare(one: bytes, other: bytes) -> bool:
        compared.append((one, other))
        return hmac.compare_digest(one, other)

    monkeypatch.setattr(key_ring, "compare_digest", compare)
    RING._known(sent)
    assert compared == [(digest_of(sent), each.digest) for each in RING.keys]
