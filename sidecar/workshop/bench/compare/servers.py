"""Contenders over HTTP: the sidecar, and infinity. Both get the same client."""

import asyncio
import contextlib
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from es_integration.errors import SidecarError
from es_integration.sidecar_client import SidecarClient
from sidecar import __version__
from sidecar.errors import StartupError
from sidecar.workshop.bench.compare.contender import (
    MAX_OUTPUT_CHARS,
    ContenderFailed,
    ContenderSpec,
    RoundResult,
    TextRequest,
    output_tail,
)
from sidecar.workshop.bench.compare.contender_specs import INFINITY, OVER_HTTP
from sidecar.workshop.bench.compare.library_process import TIMEOUT_S, peer_environment
from sidecar.workshop.sidecar_process import SidecarProcess, free_port

MODEL = "compared"
START_TIMEOUT_S = 600.0
Read = Callable[[Any, Mapping[str, Any]], tuple[float, ...]]
"""(answer, body) -> a score for each of the body's documents. Raises ContenderFailed."""
PACKAGES = ("infinity-emb", "sentence-transformers", "transformers", "torch")


class SidecarServer:
    """The sidecar over HTTP; it returns logits."""

    spec: ContenderSpec = OVER_HTTP

    def __init__(self, settings: Mapping[str, object]) -> None:
        self.versions: Mapping[str, str] = {"rerank-sidecar": __version__}
        self._settings = settings
        self._process: SidecarProcess | None = None

    @property
    def pid(self) -> int | None:
        """Process id while it runs."""
        return self._process.pid if self._process else None

    def start(self, batch_size: int | None) -> None:
        """Starts the server unless it runs. Raises ContenderFailed."""
        if self._process is not None:
            return
        try:
            self._process = SidecarProcess(self._settings).__enter__()
        except StartupError as fault:
            raise ContenderFailed(fault.message) from None

    def run(self, requests: Sequence[TextRequest], *, at_once: bool) -> RoundResult:
        """The result of the requests. Raises ContenderFailed."""
        assert self._process, "started"
        bodies = [
            {"query": request.query, "documents": request.documents, "raw_scores": True}
            for request in requests
        ]
        return send(self._process.url, "/v2/rerank", bodies, at_once=at_once)

    def stop(self) -> None:
        """Ends the server; may be called twice."""
        process, self._process = self._process, None
        if process is not None:
            process.stop()


class InfinityServer:
    """infinity's own server. Another batch size needs another start."""

    spec: ContenderSpec = INFINITY

    def __init__(self, python: Path, source: Path, threads: int) -> None:
        self.versions: Mapping[str, str] = {}
        self._python = python
        self._source = source
        self._threads = threads
        self._port = 0
        self._batch_size: int | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._log: IO[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """Process id while it runs."""
        return self._process.pid if self._process else None

    def start(self, batch_size: int | None) -> None:
        """Starts the server unless it runs with that batch size. Raises ContenderFailed."""
        if self._process is not None and batch_size == self._batch_size:
            return
        self.stop()
        self._batch_size, self._port = batch_size, free_port()
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - closed by stop
        flags = {
            "model-id": self._source,
            "served-model-name": MODEL,
            "engine": "torch",
            "dtype": "bfloat16",
            "device": "cpu",
            "batch-size": batch_size,
            "host": "127.0.0.1",
            "port": self._port,
        }
        arguments = [part for name, value in flags.items() for part in (f"--{name}", str(value))]
        command = [str(self._python.parent / "infinity_emb"), "v2", *arguments]
        # BetterTransformer needs an older transformers than infinity itself asks for.
        command += ["--no-bettertransformer", "--no-model-warmup"]
        environment = peer_environment(self._threads) | {"INFINITY_ANONYMOUS_USAGE_STATS": "0"}
        try:
            self.versions = self.versions or _versions(self._python)
            self._process = subprocess.Popen(
                command, stdout=self._log, stderr=self._log, env=environment
            )
        except (OSError, subprocess.SubprocessError) as fault:
            raise ContenderFailed(f"it does not start: {fault}") from None
        self._wait_ready()

    def run(self, requests: Sequence[TextRequest], *, at_once: bool) -> RoundResult:
        """The result of the requests. Raises ContenderFailed."""
        bodies = [
            {
                "model": MODEL,
                "query": request.query,
                "documents": request.documents,
                "raw_scores": True,
            }
            for request in requests
        ]
        return send(f"http://127.0.0.1:{self._port}", "/rerank", bodies, at_once=at_once)

    def stop(self) -> None:
        """Ends the server; may be called twice."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
        log, self._log = self._log, None
        if log is not None:
            log.close()

    def _wait_ready(self) -> None:
        assert self._process
        assert self._log
        deadline = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                break
            with contextlib.suppress(SidecarError):
                if asyncio.run(_get(f"http://127.0.0.1:{self._port}", "/health")) == 200:
                    return
            time.sleep(0.5)
        self._log.seek(0)
        output = output_tail(self._log.read().decode(errors="replace"))
        raise ContenderFailed(f"it does not start: {output}")


def send(
    url: str,
    path: str,
    bodies: Sequence[Mapping[str, Any]],
    *,
    at_once: bool,
    read: Read = lambda answer, body: read_scores(answer, len(body["documents"])),
) -> RoundResult:
    """The result of all bodies, posted one after the other or all at once, each timed on its own.

    Raises ContenderFailed unless `read` finds a score for each document in each answer.
    """
    try:
        return asyncio.run(_send(url, path, bodies, read, at_once))
    except SidecarError as fault:
        raise ContenderFailed(fault.message[:MAX_OUTPUT_CHARS]) from None


async def _send(
    url: str, path: str, bodies: Sequence[Mapping[str, Any]], read: Read, at_once: bool
) -> RoundResult:
    async with SidecarClient(url, timeout=TIMEOUT_S) as client:
        await client.get("/health")  # opens the connection
        start = time.perf_counter()

        async def timed(body: Mapping[str, Any]) -> tuple[float, tuple[float, ...]]:
            begin = time.perf_counter()
            status, _, answer = await client.post(path, body)
            seconds = time.perf_counter() - begin
            if status != 200:
                raise ContenderFailed(f"status {status}: {str(answer)[:MAX_OUTPUT_CHARS]}")
            return seconds, read(answer, body)

        if at_once:
            results = await asyncio.gather(*(timed(body) for body in bodies))
        else:
            results = [await timed(body) for body in bodies]
        seconds = time.perf_counter() - start
    request_seconds, logits = zip(*results, strict=True)
    return RoundResult(seconds, request_seconds, logits)


def read_scores(answer: Any, documents: int) -> tuple[float, ...]:
    """The scores of Cohere's answer shape in the documents' order. Raises ContenderFailed."""
    try:
        scores = {row["index"]: float(row["relevance_score"]) for row in answer["results"]}
        return tuple(scores[index] for index in range(documents))
    except (KeyError, TypeError, ValueError):
        raise ContenderFailed(
            f"its answer is not understood: {str(answer)[:MAX_OUTPUT_CHARS]}"
        ) from None


async def _get(url: str, path: str) -> int:
    async with SidecarClient(url, timeout=5) as client:
        return (await client.get(path))[0]


def _versions(python: Path) -> dict[str, str]:
    code = "import importlib.metadata as m, sys; print(*map(m.version, sys.argv[1:]))"
    done = subprocess.run(
        [python, "-c", code, *PACKAGES], capture_output=True, text=True, check=True
    )
    return dict(zip(PACKAGES, done.stdout.split(), strict=True))
