"""The settings of the cache that replicas share: part of the table in `settings`."""

from typing import Annotated, Self
from urllib.parse import parse_qsl, urlsplit

from pydantic import AfterValidator, BaseModel, Field, SecretStr, model_validator
from pydantic_core import PydanticCustomError

SCHEMES = ("redis", "rediss", "unix")


def _redis_url(value: SecretStr | None) -> SecretStr | None:
    """The address as it is. Raises ValueError, without the address, for one of another kind, and
    for one that a `/`, `?` or `#` in the password cuts: half a password would be taken for a port,
    and logged."""
    if value is None:
        return None
    try:
        parts = urlsplit(value.get_secret_value().strip())
        place = parts.path if parts.scheme == "unix" else parts.hostname
        _ = parts.port
        if parts.scheme != "unix":
            int(parts.path.strip("/") or 0)
        if parts.query:
            parse_qsl(parts.query, strict_parsing=True)
    except ValueError:  # a port or database that is no number, half an IPv6 address
        place = None
    if not place or parts.scheme not in SCHEMES or parts.fragment:
        raise ValueError(
            "is no `redis://[user:password@]host:port/database`, `rediss://` (TLS) or "
            "`unix://path`; in a password, `/`, `?`, `#` and `@` are written `%2F`, `%3F`, `%23` "
            "and `%40`"
        )
    return value


class SharedCacheOptions(BaseModel):
    """Where replicas keep the logits that they share; each has its own cache (`cache_mb`) too."""

    cache_url: Annotated[SecretStr | None, AfterValidator(_redis_url)] = Field(
        None,
        description="Redis in which replicas share the logits of pairs (extra `redis`), such as "
        "`redis://:password@host:6379/0`, or `rediss://` for TLS. None when absent.",
    )
    cache_prefix: str = Field(
        "rerank:",
        max_length=100,
        description="What the names of this service's keys in that Redis begin with.",
    )
    cache_ttl_s: int = Field(
        86_400, ge=1, le=2**31 - 1, description="Seconds for which Redis keeps a logit."
    )
    cache_timeout_ms: int = Field(
        5,
        ge=1,
        le=1000,
        description="Longest wait of a request for that Redis; later answers are not used.",
    )

    @model_validator(mode="after")
    def _check_own_cache(self) -> Self:
        """What Redis knows comes into a replica's own cache first."""
        if self.cache_url is not None and getattr(self, "cache_mb", 1) == 0:
            raise PydanticCustomError("cache_url", "cache_url needs a cache_mb above 0")
        return self
