"""A load balancer in a process of its own, which listens on a Unix socket."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp

EXAMPLES = Path(__file__).parent.parent.parent / "examples" / "routing"


@asynccontextmanager
async def client_of(
    command: Sequence[str], socket: Path, log: Path
) -> AsyncIterator[aiohttp.ClientSession]:
    """A client of the balancer that the command runs, as soon as it listens on that socket. One
    that ends before fails the test with its log."""
    process = await asyncio.create_subprocess_exec(*command)
    try:
        await _wait_listening(process, socket, log)
        connector = aiohttp.UnixConnector(str(socket))
        async with aiohttp.ClientSession("http://balancer", connector=connector) as client:
            yield client
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def _wait_listening(process: asyncio.subprocess.Process, socket: Path, log: Path) -> None:
    for _ in range(6000):
        if process.returncode is not None:
            raise _ended(log)
        try:
            _, writer = await asyncio.open_unix_connection(str(socket))
        except OSError:
            await asyncio.sleep(0.01)
        else:
            writer.close()
            return
    raise AssertionError(f"nothing listens on {socket}")


def _ended(log: Path) -> AssertionError:
    return AssertionError(log.read_text())
