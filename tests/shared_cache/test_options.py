"""The settings of the shared cache: addresses, and what is never shown."""

import pytest

from sidecar.errors import StartupError
from sidecar.settings import Settings, load


@pytest.mark.parametrize(
    "url",
    [
        "redis://localhost",
        "redis://user:secret@cache.example.com:6380/2",
        "redis://:%2Fsecret%23@[::1]/",
        "rediss://:secret@[::1]:6379/0?ssl_ca_certs=/etc/ca.pem",
        "unix:///run/redis.sock?db=1",
    ],
)
def test_addresses_of_redis_are_taken_and_not_shown(url: str) -> None:
    settings = load({"cache_url": url})
    assert settings.cache_url is not None
    assert settings.cache_url.get_secret_value() == url
    assert "secret" not in repr(settings)


@pytest.mark.parametrize(
    "url",
    [
        *("secret", "http://secret:80", "redis://", "redis://:secret@/0", "redis://h:secret"),
        *("unix://", "redis://h/secret"),
        *("redis://u:1/secret@h/0", "redis://u:1?secret@h/0", "redis://u:1#secret@h/0"),
    ],
)
def test_other_addresses_are_refused_without_being_shown(url: str) -> None:
    with pytest.raises(StartupError, match=r"setting cache_url: .*redis://") as refused:
        load({"cache_url": url})
    assert "secret" not in str(refused.value)


def test_a_shared_cache_needs_one_of_its_own() -> None:
    with pytest.raises(StartupError, match="cache_url needs a cache_mb above 0"):
        load({"cache_url": "redis://localhost", "cache_mb": 0})


def test_none_is_shared_unless_asked_for() -> None:
    assert Settings().cache_url is None
