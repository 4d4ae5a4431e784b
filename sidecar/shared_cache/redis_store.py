"""What is asked of Redis. It never retries: its caller knows how long a search may wait."""

import builtins
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Self

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError, InvalidResponse, TimeoutError

from sidecar.errors import StartupError
from sidecar.runtime.logit_cache import Key
from sidecar.shared_cache.store import StoreError

MAX_CONNECTIONS = 64
SET_ALL = """
for i, key in ipairs(KEYS) do redis.call('SET', key, ARGV[i + 1], 'EX', ARGV[1]) end
"""
"""MSET sets no time to live; a SET for each takes a client five times the CPU time."""


class RedisStore:
    """A `Store` in Redis, for one event loop. It connects when it is first asked."""

    def __init__(self, client: Redis, prefix: str, ttl_s: int) -> None:
        self._client = client
        self._prefix = prefix.encode()
        self._ttl_s = ttl_s
        self._set_all = client.register_script(SET_ALL)

    @classmethod
    def open(cls, url: str, prefix: str, ttl_s: int) -> Self:
        """Raises StartupError, without the address, for one that the client does not take."""
        try:
            client = Redis.from_url(
                url,
                retry=Retry(NoBackoff(), 0),
                max_connections=MAX_CONNECTIONS,
                client_name="rerank-sidecar",
                decode_responses=False,
            )
        except (ValueError, TypeError) as fault:
            kind = type(fault).__name__
            raise StartupError(f"setting cache_url: Redis' client refuses it ({kind})") from None
        return cls(client, prefix, ttl_s)

    async def get(self, keys: Sequence[Key]) -> Sequence[bytes | None]:
        """See `Store`. One MGET; what is not a string in Redis is nothing."""
        with _store_errors():
            found = await self._client.mget([self._prefix + key for key in keys])
            if len(found) != len(keys):
                raise InvalidResponse(f"{len(found)} values for {len(keys)} keys")
        return list(found)

    async def put(self, values: Mapping[Key, bytes]) -> None:
        """See `Store`."""
        names = [self._prefix + key for key in values]
        with _store_errors():
            await self._set_all(keys=names, args=[self._ttl_s, *values.values()])

    async def close(self) -> None:
        """See `Store`."""
        with _store_errors():
            await self._client.aclose()


@contextmanager
def _store_errors() -> Iterator[None]:
    """Whatever the client raises, as a StoreError: no search may fail by it."""
    try:
        yield
    except (TimeoutError, builtins.TimeoutError) as fault:
        raise StoreError("late", str(fault)) from fault
    except (ConnectionError, OSError) as fault:
        raise StoreError("connection", _message(fault)) from fault
    except Exception as fault:
        raise StoreError("refused", f"{type(fault).__name__}: {_message(fault)}") from fault


def _message(fault: Exception) -> str:
    """What went wrong, without the arguments that Redis repeats of a command which it does not
    know: of AUTH the password, cut if it is long."""
    return str(fault).partition(", with args beginning with")[0]
