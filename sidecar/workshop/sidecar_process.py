"""The service in a process of its own, for the demo, the benchmarks and the tests."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

from sidecar.errors import StartupError

START_TIMEOUT_S = 300.0
"""A start takes 3 to 4 s of CPU time, so half a minute where ten processes share two
cores, and minutes where thirty do."""
SERVE = ("sidecar", "serve")
"""The module and its arguments."""


class SidecarProcess:
    """`rerank-sidecar serve` on a free port of 127.0.0.1: ready on enter, ended on exit.

        with SidecarProcess() as sidecar:
            post(sidecar.url + "/v2/rerank", ...)

    Raises StartupError with the process's error output when it does not become ready.
    """

    def __init__(
        self,
        settings: Mapping[str, object] | None = None,
        *,
        log: Path | None = None,
        port: int | None = None,
        module: Sequence[str] = SERVE,
        start_timeout_s: float = START_TIMEOUT_S,
    ) -> None:
        """`settings` by their names in the settings table; without `log` the log is discarded.
        `module` is another one to run, with its arguments, that takes the same settings."""
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._settings = {"drain_s": 0, **(settings or {})}
        self._log = log
        self._module = module
        self._start_timeout_s = start_timeout_s
        self._process: subprocess.Popen[bytes] | None = None
        self._stderr = tempfile.TemporaryFile()  # noqa: SIM115 - closed by stop

    @property
    def pid(self) -> int:
        """Process id while it runs."""
        assert self._process is not None, "entered"
        return self._process.pid

    def __enter__(self) -> "SidecarProcess":
        flags = [f"--{name.replace('_', '-')}={value}" for name, value in self._settings.items()]
        command = [sys.executable, "-m", *self._module, f"--port={self.port}", *flags]
        with contextlib.ExitStack() as stack:
            out = stack.enter_context(self._log.open("wb")) if self._log else subprocess.DEVNULL
            environment = {k: v for k, v in os.environ.items() if not k.startswith("RERANK_")}
            self._process = subprocess.Popen(
                command, stdout=out, stderr=self._stderr, env=environment
            )
        try:
            self._wait_ready(self._process)
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def pause(self) -> None:
        """Hangs the process (SIGSTOP): it accepts connections but never answers."""
        os.kill(self.pid, signal.SIGSTOP)

    def resume(self) -> None:
        """Ends a pause."""
        os.kill(self.pid, signal.SIGCONT)

    def wait(self, timeout_s: float) -> int:
        """The exit code, once a signal has ended it. Raises TimeoutExpired."""
        assert self._process is not None, "entered"
        return self._process.wait(timeout_s)

    def stop(self) -> None:
        """Ends the process if it runs; may be called twice."""
        process, self._process = self._process, None
        if process is None:
            return
        if process.poll() is None:
            process.send_signal(signal.SIGCONT)
            process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        self._stderr.close()

    def _wait_ready(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + self._start_timeout_s
        while time.monotonic() < deadline:
            if process.poll() is not None:
                self._stderr.seek(0)
                errors = self._stderr.read().decode(errors="replace").strip()
                raise StartupError(f"the sidecar did not start: {errors}")
            with (
                contextlib.suppress(urllib.error.URLError, OSError),
                urllib.request.urlopen(f"{self.url}/health/ready", timeout=2),
            ):
                return
            time.sleep(0.05)
        raise StartupError(f"the sidecar was not ready after {self._start_timeout_s:.0f} s")


def free_port() -> int:
    """A port of 127.0.0.1 on which nothing listens now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
