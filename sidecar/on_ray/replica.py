"""A replica of the Ray Serve application: the service as `serve` runs it, behind Serve's proxy.

The service listens on a port of this machine's own, and the replica hands requests on to it: so
routes, limits, keys, errors, metrics and logs are those of `serve`, and not an imitation.
"""

import asyncio
from contextlib import AsyncExitStack
from functools import partial
from typing import Any

import aiohttp
from ray import serve
from starlette.requests import Request
from starlette.responses import Response
from yarl import URL

from sidecar.http.serve import listening
from sidecar.http.service import Service, open_models
from sidecar.on_ray.exchange import Answered, Sent, end_to_end, read
from sidecar.on_ray.queue_time import QUEUE_WAIT
from sidecar.settings import Settings
from sidecar.telemetry.logs import configure

HERE = {"host": "127.0.0.1", "port": 0}
AS_SENT = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")
"""Headers that aiohttp would add."""


class Replica:
    """Serve makes it, and closes it by `__del__`."""

    async def __init__(self, settings: dict[str, Any], models_per_replica: int) -> None:  # type: ignore[misc]
        """Returns when the default model is loaded, proven and warm; other rerankers sleep. Raises
        StartupError."""
        self._stack = AsyncExitStack()
        given = Settings(**{**settings, **HERE})
        configure(given.log_level)
        opener = partial(open_models, lazy=True)
        self._service, url = await self._stack.enter_async_context(listening(given, opener))
        await self._service.start()
        self._url = URL(url)
        self._client = await self._stack.enter_async_context(
            aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0),
                timeout=aiohttp.ClientTimeout(),  # the service's own deadlines hold
                auto_decompress=False,
                skip_auto_headers=AS_SENT,
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        )

        async def awake(name: str) -> _Awake:
            return _Awake(self._service, name)

        self._awake = serve.multiplexed(max_num_models_per_replica=models_per_replica)(awake)

    async def __call__(self, request: Request) -> Response:
        """The service's answer, where this replica is what Serve's proxy calls."""
        return (await self._ask(await read(request))).response()

    async def answer(self, sent: Sent) -> Answered:
        """The service's answer, where the gateway has chosen a replica for the model."""
        if name := serve.get_multiplexed_model_id():
            await self._awake(name)
        return await self._ask(sent)

    async def _ask(self, sent: Sent) -> Answered:
        """Cancelling it takes the request's pairs out of the queue."""
        target = self._url.join(URL(sent.target, encoded=True))
        async with self._client.request(
            sent.method, target, headers=sent.headers, data=sent.body, allow_redirects=False
        ) as answer:
            body = await answer.read()
            return Answered(answer.status, end_to_end(list(answer.headers.items())), body)

    def check_health(self) -> None:
        """Raises RuntimeError where only a restart helps."""
        if not self._service.live:
            raise RuntimeError("a run hangs")

    def record_autoscaling_stats(self) -> dict[str, float]:
        """What the autoscaler sees of this replica."""
        return {QUEUE_WAIT: self._service.models.default.scorer.load().wait_s}

    async def __del__(self) -> None:
        self._service.drain()
        await self._stack.aclose()


class _Awake:
    """A model that this replica has awake, as Serve counts them: the first request for it wakes it,
    and it sleeps when Serve's cache lets it go."""

    def __init__(self, service: Service, name: str) -> None:
        self._service, self._name = service, name
        self._loop = asyncio.get_running_loop()
        self._gone = False

    def __del__(self) -> None:
        """Serve calls it, in a thread; later Python does once more."""
        if self._gone or self._loop.is_closed():
            return
        self._gone = True
        sleep = self._service.live_models.sleep(self._name)
        asyncio.run_coroutine_threadsafe(sleep, self._loop)
