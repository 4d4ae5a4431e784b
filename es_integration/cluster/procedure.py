"""A conversation with a cluster, written once for the sync and the async official clients.

    def put(name, body) -> Procedure[bool]:
        answer = yield lambda client: client.search_pipeline.put(id=name, body=body)
        return bool(answer["acknowledged"])

    run(OpenSearch(url), put("rerank", body))
    await run_async(AsyncOpenSearch(url), put("rerank", body))

The two clients have the same methods; the async one's return awaitables. So a procedure is a
generator that yields calls and is sent what they answered; a call that fails is raised inside it.
"""

import asyncio
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Pause:
    """Yielded to wait, as for a model that is being deployed."""

    seconds: float


Call = Callable[[Any], Any]
"""What to ask of a client; sync clients give the answer, async ones an awaitable of it."""

Procedure = Generator[Call | Pause, Any, T]


def run(client: Any, procedure: Procedure[T]) -> T:
    """What the procedure returns, over a sync client. Raises what it raises."""
    try:
        step = next(procedure)
        while True:
            try:
                answer = _ask(client, step)
            except Exception as error:
                step = procedure.throw(error)
            else:
                step = procedure.send(answer)
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return]


async def run_async(client: Any, procedure: Procedure[T]) -> T:
    """What the procedure returns, over an async client. Raises what it raises."""
    try:
        step = next(procedure)
        while True:
            try:
                wait = asyncio.sleep(step.seconds) if isinstance(step, Pause) else step(client)
                answer = await wait
            except Exception as error:
                step = procedure.throw(error)
            else:
                step = procedure.send(answer)
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return]


def _ask(client: Any, step: Call | Pause) -> Any:
    if not isinstance(step, Pause):
        return step(client)
    time.sleep(step.seconds)
    return None
