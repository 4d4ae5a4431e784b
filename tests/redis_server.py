"""A Redis server for a `with` block, on a Unix socket in a folder of its own."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType

import pytest

START_TIMEOUT_S = 60.0


class RedisServer:
    """Running on enter, ended on exit. Skips the test where there is no `redis-server`."""

    def __init__(self, *options: str) -> None:
        """`options` of the server's command line, such as `--maxmemory 2mb`."""
        self._folder = tempfile.TemporaryDirectory(prefix="redis-")  # a path that sockets may have
        self.socket = Path(self._folder.name) / "s"
        self.url = f"unix://{self.socket}"
        self._options = options
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "RedisServer":
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.kill()
        self._folder.cleanup()

    def start(self) -> None:
        """Starts it, empty, also again after a `kill`."""
        program = shutil.which("redis-server")
        if program is None:
            pytest.skip("no redis-server (Debian's package redis-server)")
        self.socket.unlink(missing_ok=True)
        places = ["--port", "0", "--unixsocket", str(self.socket), "--dir", self._folder.name]
        keeps = ["--save", "", "--appendonly", "no"]
        self._process = subprocess.Popen(
            [program, *places, *keeps, *self._options], stdout=subprocess.DEVNULL
        )
        end = time.monotonic() + START_TIMEOUT_S
        while not self._answers():
            assert self._process.poll() is None, "redis-server has ended"
            assert time.monotonic() < end, "redis-server does not answer"
            time.sleep(0.02)

    def pause(self) -> None:
        """It takes connections and never answers."""
        assert self._process is not None
        os.kill(self._process.pid, signal.SIGSTOP)

    def resume(self) -> None:
        """Ends a pause."""
        assert self._process is not None
        os.kill(self._process.pid, signal.SIGCONT)

    def kill(self) -> None:
        """Ends it at once; may be called twice."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(5)
            try:
                client.connect(str(self.socket))
                client.sendall(b"PING\r\n")
                return client.recv(1) in (b"+", b"-")  # -NOAUTH is an answer
            except OSError:
                return False
