"""A search node as a child process: its private folder, its start and its stop.

The node runs in its own session and its own temporary folder. Both are gone when `close` returns,
whatever happened before. Works for either search engine.
"""

import atexit
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from es_integration.errors import LocalNodeFailed
from es_integration.local_node.accounts import node_account

# A node closes its indices within a second or two; after this time it is killed.
STOP_TIMEOUT_S = 20.0
LOG_TAIL_LINES = 25


class NodeFolder:
    """A temporary folder that only the node's account can read."""

    def __init__(self, name: str) -> None:
        self.path = Path(tempfile.mkdtemp(prefix=f"rerank-{name}-"))
        self.account = node_account()

    def subfolder(self, name: str) -> Path:
        folder = self.path / name
        folder.mkdir()
        return folder

    def hand_over(self) -> None:
        """Makes the node's account the owner of everything in it."""
        if self.account is None:
            return
        for path in (self.path, *self.path.rglob("*")):
            # A link's own owner: what it points to lies elsewhere.
            os.chown(path, self.account.pw_uid, self.account.pw_gid, follow_symlinks=False)

    def remove(self) -> None:
        shutil.rmtree(self.path, ignore_errors=True)


class NodeProcess:
    """A running node. Construction starts it; `close` may be called more than once."""

    def __init__(self, command: Sequence[str], folder: NodeFolder, env: Mapping[str, str]) -> None:
        self._folder = folder
        self._log = folder.path / "output.log"
        account = folder.account
        with self._log.open("wb") as output:
            self._process = subprocess.Popen(
                command,
                cwd=folder.path,
                env=dict(env),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C reaches only this process, which stops the node.
                user=None if account is None else account.pw_uid,
                group=None if account is None else account.pw_gid,
                extra_groups=None if account is None else [],
            )
        atexit.register(self.close)

    @property
    def pid(self) -> int:
        return self._process.pid

    def wait_until(self, url: str, timeout_s: float) -> None:
        """Returns once `url` answers 200. Raises LocalNodeFailed with the end of the log."""
        # No proxy, whatever the environment says: the node listens on loopback only.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            if self._ended():
                raise LocalNodeFailed(f"the node ended by itself:\n{self.log_tail()}")
            with (
                suppress(OSError),
                opener.open(url, timeout=5) as answer,
            ):  # URLError is an OSError.
                if answer.status == 200:
                    return
            time.sleep(0.2)
        raise LocalNodeFailed(
            f"the node did not answer within {timeout_s:.0f} seconds:\n{self.log_tail()}"
        )

    def log_tail(self) -> str:
        try:
            lines = self._log.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError as error:
            return f"(no log: {error})"
        return "\n".join(lines[-LOG_TAIL_LINES:])

    def close(self) -> None:
        """Stops the node's process group and removes its folder."""
        atexit.unregister(self.close)
        try:
            self._stop()
        finally:
            self._folder.remove()

    def _stop(self) -> None:
        if self._process.returncode is not None:
            return
        self._signal(signal.SIGTERM)
        deadline = time.monotonic() + STOP_TIMEOUT_S
        while not self._ended() and time.monotonic() < deadline:
            time.sleep(0.05)
        self._signal(signal.SIGKILL)  # Also after a clean stop: a child of the node may still run.
        self._process.wait()

    def _ended(self) -> bool:
        """Whether the node has ended. It is not reaped, so that its process ID cannot be reused and
        a signal to its group hits no other process."""
        options = os.WEXITED | os.WNOHANG | os.WNOWAIT
        return os.waitid(os.P_PID, self._process.pid, options) is not None

    def _signal(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)


def free_ports(count: int) -> list[int]:
    """Distinct loopback ports that were free a moment ago."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for probe in sockets:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in sockets]
    finally:
        for probe in sockets:
            probe.close()
