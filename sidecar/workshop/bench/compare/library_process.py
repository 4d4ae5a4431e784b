"""A contender that is a library: `adapters/driver.py` with its adapter in a process of its own."""

import json
import os
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from sidecar.workshop.bench.compare.contender import (
    MAX_OUTPUT_CHARS,
    ContenderFailed,
    ContenderSpec,
    RoundResult,
    TextRequest,
    output_tail,
)

ADAPTER_FOLDER = Path(__file__).parent / "adapters"
TIMEOUT_S = 1800.0
"""Of a start or a round."""


def peer_environment(threads: int) -> dict[str, str]:
    """The environment variables of a peer's process: `threads` threads, no hub, no GPU."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("RERANK_", "PYTHON"))}
    counts = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
    offline = ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_HUB_DISABLE_TELEMETRY", "DO_NOT_TRACK")
    return {
        **inherited,
        **dict.fromkeys(counts, str(threads)),
        **dict.fromkeys(offline, "1"),
        "CUDA_VISIBLE_DEVICES": "",
    }


class LibraryProcess:
    """Runs an adapter with its environment's Python; requests and answers go over pipes."""

    def __init__(
        self,
        spec: ContenderSpec,
        python: Path,
        adapter: str,
        settings: Mapping[str, Any],
        threads: int,
    ) -> None:
        self.spec = spec
        self.versions: Mapping[str, str] = {}
        self._command = [
            *(str(python), "-I", str(ADAPTER_FOLDER / "driver.py")),
            *(str(ADAPTER_FOLDER / f"{adapter}.py"), json.dumps({**settings, "threads": threads})),
        ]
        self._threads = threads
        self._batch_size = 0
        self._process: subprocess.Popen[str] | None = None
        self._stderr: IO[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """Process id while it runs."""
        return self._process.pid if self._process else None

    def start(self, batch_size: int | None) -> None:
        """Sets the batch size, and starts the process unless it runs. Raises ContenderFailed."""
        self._batch_size = batch_size or 0
        if self._process is not None:
            return
        self._stderr = tempfile.TemporaryFile()  # noqa: SIM115 - closed by stop
        try:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._stderr,
                text=True,
                env=peer_environment(self._threads),
            )
        except OSError as fault:
            raise ContenderFailed(f"it does not start: {fault}") from None
        self.versions = self._read()["versions"]

    def run(self, requests: Sequence[TextRequest], *, at_once: bool) -> RoundResult:
        """The result of the requests. Raises ContenderFailed."""
        assert self._process, "started"
        assert self._process.stdin
        texts = [(request.query, request.documents) for request in requests]
        call = {"requests": texts, "batch_size": self._batch_size, "at_once": at_once}
        try:
            self._process.stdin.write(json.dumps(call) + "\n")
            self._process.stdin.flush()
        except OSError:
            raise ContenderFailed(self._exit_reason()) from None
        answer = self._read()
        return RoundResult(
            answer["seconds"],
            tuple(answer["request_seconds"]),
            tuple(tuple(logits) for logits in answer["logits"]),
        )

    def stop(self) -> None:
        """Ends the process; may be called twice."""
        process, self._process = self._process, None
        stderr, self._stderr = self._stderr, None
        if stderr is not None:
            stderr.close()
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()

    def _read(self) -> dict[str, Any]:
        """The process's next answer."""
        process = self._process
        assert process, "started"
        assert process.stdout
        start = time.monotonic()
        timeout = threading.Timer(TIMEOUT_S, process.kill)
        timeout.start()
        try:
            line = process.stdout.readline()
        finally:
            timeout.cancel()
        if not line and time.monotonic() - start >= TIMEOUT_S:
            raise ContenderFailed(f"it had not answered after {TIMEOUT_S:g} s")
        if not line:
            raise ContenderFailed(self._exit_reason())
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            raise ContenderFailed(" ".join(answer["error"].split())[:MAX_OUTPUT_CHARS])
        return answer

    def _exit_reason(self) -> str:
        assert self._process, "started"
        assert self._stderr
        status = self._process.wait()
        self._stderr.seek(0)
        output = output_tail(self._stderr.read().decode(errors="replace"))
        # The kernel kills it first when memory runs out (`oom_score_adj`), and it prints nothing.
        killed = " (killed, as when memory runs out)" if status == -signal.SIGKILL else ""
        return f"its process ended{killed}: {output}".removesuffix(": ")
