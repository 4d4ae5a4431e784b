"""A search node as a child process: its private folder, its start, its certain end.

The node lives in its own session and in a temporary folder of its own, and both are gone when
`close` returns, whatever happened before. Nothing here is one product's alone.
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

# A node closes its indices within a second or two; after this it is killed.
STOP_PATIENCE_S = 20.0
LOG_TAIL_LINES = 25


class NodeFolder:
    """A temporary folder that belongs to the node's account and to nobody else."""

    def __init__(self, name: str) -> None:
        self.path = Path(tempfile.mkdtemp(prefix=f"rerank-{name}-"))
        self.account = node_account()

    def subfolder(self, name: str) -> Path:
        folder = self.path / name
        folder.mkdir()
        return folder

    def hand_over(self) -> None:
        """Give everything in it to the account that the node runs as."""
        if self.account is None:
            return
        for path in (self.path, *self.path.rglob("*")):
            os.chown(path, self.account.pw_uid, self.account.pw_gid)

    def remove(self) -> None:
        shutil.rmtree(self.path, ignore_errors=True)


class NodeProcess:
    """The running node. Construction starts it; `close` may be called any number of times."""

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
                start_new_session=True,  # A group of its own: Ctrl-C reaches us, and we stop it.
                user=None if account is None else account.pw_uid,
                group=None if account is None else account.pw_gid,
                extra_groups=None if account is None else [],
            )
        atexit.register(self.close)

    @property
    def pid(self) -> int:
        return self._process.pid

    def wait_until(self, url: str, limit_s: float) -> None:
        """Return once `url` answers 200; raise LocalNodeFailed with the log's tail otherwise."""
        # Without a proxy, whatever the environment says: the node listens on loopback only.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        end = time.monotonic() + limit_s
        while time.monotonic() < end:
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
            f"the node did not answer within {limit_s:.0f} seconds:\n{self.log_tail()}"
        )

    def log_tail(self) -> str:
        try:
            lines = self._log.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError as error:
            return f"(no log: {error})"
        return "\n".join(lines[-LOG_TAIL_LINES:])

    def close(self) -> None:
        """Stop the node's process group and remove its folder."""
        atexit.unregister(self.close)
        try:
            self._stop()
        finally:
            self._folder.remove()

    def _stop(self) -> None:
        if self._process.returncode is not None:
            return
        self._signal(signal.SIGTERM)
        end = time.monotonic() + STOP_PATIENCE_S
        while not self._ended() and time.monotonic() < end:
            time.sleep(0.05)
        self._signal(signal.SIGKILL)  # Also after a clean end: a child of the node may live on.
        self._process.wait()

    def _ended(self) -> bool:
        """Whether the node has ended, without reaping it: as long as it is not reaped, its number
        cannot become another's, so a signal to its group hits nobody else."""
        options = os.WEXITED | os.WNOHANG | os.WNOWAIT
        return os.waitid(os.P_PID, self._process.pid, options) is not None

    def _signal(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)


def free_ports(count: int) -> list[int]:
    """Distinct loopback ports that were free a moment ago."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()
