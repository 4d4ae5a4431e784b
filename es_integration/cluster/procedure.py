"""A conversation with a cluster, written once for the sync and the async official clients.

    def put(name, body) -> Procedure[bool]:
        answer = yield lambda client: client.search_pipeline.put(id=name, body=body)
        return bool(answer["acknowledged"])

    run(OpenSearch(url), put("rerank", body))
    await run_async(AsyncOpenSearch(url), put("rerank", body))

The sync and the async client have the same methods; those of the async one return awaitables. So a
procedure is a generator: it yields calls and is sent their answers. The error of a failed call is
raised inside it.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Generator
from dataclasses import dataclass
from typing import Any, TypeVar

T = TypeVar("T")


Body = dict[str, Any]
"""The JSON object of a request or an answer."""


@dataclass(frozen=True, slots=True)
class Pause:
    """Yielded to wait, for example until a model is deployed."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Aside:
    """Yielded for what may block and is no call of the client; answered with what it returns."""

    function: Callable[[], Any]


Call = Callable[[Any], Any]
"""A call of a client's method. Sync clients return the answer, async ones an awaitable of it."""

Procedure = Generator[Call | Pause | Aside, Any, T]


def run(client: Any, procedure: Procedure[T]) -> T:
    """What the procedure returns when a sync client makes its calls. Raises what it raises."""
    try:
        step = next(procedure)
        while True:
            try:
                answer = _perform(client, step)
            except Exception as error:
                step = procedure.throw(error)
            else:
                step = procedure.send(answer)
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return]


async def run_async(client: Any, procedure: Procedure[T]) -> T:
    """What the procedure returns when an async client makes its calls. Raises what it raises."""
    try:
        step = next(procedure)
        while True:
            try:
                answer = await _pending(client, step)
            except Exception as error:
                step = procedure.throw(error)
            else:
                step = procedure.send(answer)
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return]


def _perform(client: Any, step: Call | Pause | Aside) -> Any:
    if isinstance(step, Pause):
        return time.sleep(step.seconds)
    return step.function() if isinstance(step, Aside) else step(client)


def _pending(client: Any, step: Call | Pause | Aside) -> Awaitable[Any]:
    if isinstance(step, Pause):
        return asyncio.sleep(step.seconds)
    pending: Awaitable[Any]
    pending = asyncio.to_thread(step.function) if isinstance(step, Aside) else step(client)
    return pending
