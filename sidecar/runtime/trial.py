"""A model that comes to others which serve is tried in a process of its own first.

A graph may loop without end, ask for all memory or crash what runs it. There it costs the service
nothing: the process is ended, and its model refused.
"""

import contextlib
import resource
from collections.abc import Callable
from functools import partial
from pathlib import Path

import structlog

from sidecar.errors import InferenceFailed, ModelError
from sidecar.runtime.session import Batch, Session, Tensors
from sidecar.runtime.thread_priority import make_give_way
from sidecar.runtime.worker_process import OPEN_LIMIT_S, WorkerEnded, WorkerProcess

log = structlog.get_logger("rerank")

BASE_BYTES = 2 * 2**30
TIMES = 4
"""What the process may take: so much, and so many times the model's size; runtimes hold weights
twice while they load. For its proof minilm-en takes .16 GB in all, multi-small .19, and minilm-en
in OpenVINO .32 (2026-12-01)."""


def try_apart(
    opened: Callable[[], Session],
    prove: Callable[[Session], None],
    file_bytes: int,
    *,
    run_limit_s: float,
    limits_memory: bool,
    nice: int = 0,
) -> None:
    """Opens a session in a process of its own and proves it there, within bounds of time and, where
    that can be told from the device's, of memory.

    Where no process can be started there is no trial, which is logged. `opened` must be a value
    that can be pickled. Raises ModelError, DeviceError or StartupError with the reason if the model
    must not serve.
    """
    most = BASE_BYTES + TIMES * file_bytes if limits_memory else None
    try:
        worker = WorkerProcess.start(partial(_within, most, opened))
    except WorkerEnded as fault:
        raise ModelError(f"the graph does not load: {_how(fault, OPEN_LIMIT_S, most)}") from None
    except OSError as fault:
        log.warning("no process to try the model in", reason=fault.strerror)
        return
    try:
        worker.run_timeout_s = run_limit_s
        make_give_way(worker.pid, nice)
        prove(_Tried(worker, most))
    finally:
        worker.end()


class _Tried:
    """The process as a `Session` whose faults say what is wrong with the model."""

    def __init__(self, worker: WorkerProcess, most: int | None) -> None:
        self._worker = worker
        self._most = most

    def run(self, batch: Batch) -> Tensors:
        """See `Session`. Raises ModelError."""
        try:
            return self._worker.run(batch)
        except WorkerEnded as fault:
            raise ModelError(_how(fault, self._worker.run_timeout_s, self._most)) from None
        except InferenceFailed as fault:
            raise ModelError(str(fault.__cause__) or "it ran out of memory") from None


def _within(most: int | None, opened: Callable[[], Session]) -> Session:
    """The session, in a process that may take so many bytes, and is the first that the system ends
    where less is left."""
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")
    if most is not None:
        hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(resource.RLIMIT_DATA, (most, most))
    return opened()


def _how(fault: WorkerEnded, limit_s: float, most: int | None) -> str:
    """Why the process ended."""
    if fault.hung:
        return f"it took more than {limit_s:.0f} s in a process of its own"
    bound = "" if most is None else f", for which it might take {most // 2**20} MB"
    return f"it ended its process{bound}"
