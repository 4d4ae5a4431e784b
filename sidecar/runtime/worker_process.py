"""A worker process as its parent sees it: a session whose runs happen elsewhere."""

import os
import pickle
import socket
import struct
import subprocess
import sys
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

from sidecar.errors import DeviceError, InferenceFailed, ModelError, StartupError
from sidecar.runtime.session import Batch, Session, Tensors
from sidecar.runtime.tensor_wire import RemoteFault, pack, unpack

OpenSession = Callable[[], Session]
"""Opens a session in the worker; it travels there as a pickle."""
OPEN_LIMIT_S = 600.0
"""A large model takes minutes to load."""
SEND_LIMIT_S = 30
"""For a batch to be taken, which a worker does at once. One that is stopped never does, and the
system buffers less than a large batch."""
STARTUP_FAULTS = {kind.__name__: kind for kind in (DeviceError, ModelError, StartupError)}


class WorkerEnded(InferenceFailed):
    """The process died in a run, or was killed because the run hung."""

    def __init__(self, message: str, *, hung: bool) -> None:
        super().__init__(message)
        self.hung = hung


class WorkerProcess:
    """A `Session` for one run at a time. `start` it, and `kill` it after use."""

    def __init__(self, process: "subprocess.Popen[bytes]", connection: Connection) -> None:
        self._process = process
        self._connection = connection
        self.run_timeout_s = OPEN_LIMIT_S
        self.hung = False
        """Whether it was killed because a run took too long."""

    @classmethod
    def start(cls, open_session: OpenSession) -> "WorkerProcess":
        """A process whose session is open.

        It is a new interpreter: a fork would copy the locks of the parent's threads. Raises what
        `open_session` raises of StartupError, and WorkerEnded if it dies meanwhile or takes longer
        than OPEN_LIMIT_S.
        """
        ours, theirs = socket.socketpair()
        with ours, theirs:
            limit = struct.pack("ll", SEND_LIMIT_S, 0)  # a struct timeval
            ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, limit)
            descriptor = theirs.fileno()
            command = [sys.executable, "-P", "-m", "sidecar.runtime.worker_main"]
            process = subprocess.Popen(
                [*command, str(descriptor), str(os.getpid())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,  # the service's is its log
                pass_fds=[descriptor],
                start_new_session=True,  # Ctrl-C is for the service, which ends it
                env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            )
            worker = cls(process, Connection(ours.detach()))
        try:
            worker._send(pickle.dumps(open_session))
            worker._receive(OPEN_LIMIT_S)
        except RemoteFault as fault:
            worker.end()
            raise STARTUP_FAULTS.get(fault.kind, ModelError)(fault.words) from None
        except BaseException:
            worker.end()
            raise
        return worker

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def rss_bytes(self) -> int:
        """Its resident memory; 0 when it has ended."""
        try:
            pages = Path(f"/proc/{self.pid}/statm").read_text().split()[1]
        except (OSError, IndexError):
            return 0
        return int(pages) * os.sysconf("SC_PAGE_SIZE")

    def run(self, batch: Batch) -> Tensors:
        """See `Session`. Raises WorkerEnded if the process dies or takes too long, which kills it,
        and InferenceFailed if the model fails."""
        arrays = {"input_ids": batch.input_ids, "attention_mask": batch.attention_mask}
        if batch.token_type_ids is not None:
            arrays["token_type_ids"] = batch.token_type_ids
        self._send(pack(arrays))
        try:
            return self._receive(self.run_timeout_s)
        except RemoteFault as fault:
            raise InferenceFailed(f"the model failed: {fault.kind}") from fault

    def wait(self) -> int:
        """Returns when it has ended: its exit status, or less than 0 the signal that killed it."""
        return self._process.wait()

    def kill(self) -> None:
        """Makes it end; may be called twice."""
        self._process.kill()

    def end(self) -> None:
        """Returns when it has been killed."""
        self.kill()
        self.wait()

    def _send(self, message: bytes) -> None:
        try:
            self._connection.send_bytes(message)
        except BlockingIOError:  # SEND_LIMIT_S are over
            self.hung = True
            raise self._ended() from None
        except OSError:
            raise self._ended() from None

    def _receive(self, timeout_s: float) -> Tensors:
        try:
            if not self._connection.poll(timeout_s):
                self.hung = True
                raise self._ended()
            message = self._connection.recv_bytes()
        except (EOFError, OSError):
            raise self._ended() from None
        return unpack(message)

    def _ended(self) -> WorkerEnded:
        self.kill()
        how = "took too long and was ended" if self.hung else "ended"
        return WorkerEnded(
            f"the model's process {how}; another one is being started", hung=self.hung
        )
