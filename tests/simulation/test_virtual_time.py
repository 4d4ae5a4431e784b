"""Time passes only when nothing is left to do."""

import asyncio
from concurrent.futures import Future

from tests.simulation.virtual_time import Clock, VirtualLoop


def test_time_waits_for_who_waits_for_a_future_that_idle_workers_settle() -> None:
    clock = Clock()
    loop = VirtualLoop(clock)
    given_up: Future[None] = Future()

    def give_up() -> bool:
        """As a worker that finds a job late: it takes no run."""
        if not given_up.done():
            given_up.set_result(None)
        return False

    async def wait() -> float:
        await asyncio.wrap_future(given_up)
        return clock()

    async def both() -> float:
        seconds, _ = await asyncio.gather(wait(), asyncio.sleep(3600))
        return seconds

    loop.set_on_idle(give_up)
    try:
        assert loop.run_until_complete(both()) == 0.0
    finally:
        loop.close()
