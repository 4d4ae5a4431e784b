"""A row of the comparison to the contender that does the work."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sidecar.errors import StartupError
from sidecar.workshop.bench.compare import environments, kinds
from sidecar.workshop.bench.compare.contender import (
    Answered,
    Contender,
    ContenderFailed,
    Kind,
    Search,
)
from sidecar.workshop.bench.compare.served import Infinity, OverHttp
from sidecar.workshop.bench.compare.worker import Worker

GRAPH = "int8"
DEADLINE_MS = 3_600_000
MAX_DOCUMENTS = 10**6
"""Of a request: `--documents` decides how many there are, and no limit of ours."""
ADAPTERS = {
    kinds.IN_PROCESS: "with_sidecar",
    kinds.ST_FP32: "with_sentence_transformers",
    kinds.ST_BF16: "with_sentence_transformers",
    kinds.ST_ONNX: "with_sentence_transformers",
    kinds.FASTEMBED: "with_fastembed",
    kinds.FLASHRANK: "with_flashrank",
    kinds.BARE: "with_onnxruntime",
}
ENGINES = {kinds.ST_FP32: "float32", kinds.ST_BF16: "bfloat16", kinds.ST_ONNX: "onnx"}


@dataclass(frozen=True)
class Place:
    """What all contenders get."""

    source: Path
    sidecar: Path
    onnx: Path
    max_tokens: int
    pad_id: int
    threads: int
    environments: Path
    scratch: Path
    options: Mapping[str, Any]
    """Settings of ours beside the defaults."""


class Absent:
    """A contender that cannot be installed."""

    pid = None

    def __init__(self, kind: Kind, reason: str) -> None:
        self.kind = kind
        self.versions: Mapping[str, str] = {}
        self._reason = reason

    def start(self, batch_size: int | None) -> None:
        """Raises ContenderFailed."""
        raise ContenderFailed(self._reason)

    def run(self, searches: Sequence[Search], *, at_once: bool) -> Answered:
        """Raises ContenderFailed."""
        raise ContenderFailed(self._reason)

    def stop(self) -> None:
        """Nothing runs."""


def open_contender(kind: Kind, place: Place) -> Contender:
    """The contender, not yet started; its environment is made. Absent where that fails."""
    options = {"model": str(place.sidecar), "graph": GRAPH, **place.options}
    if kind == kinds.OVER_HTTP:
        limits = {"deadline_ms": DEADLINE_MS, "max_documents": MAX_DOCUMENTS}
        return OverHttp({"log_level": "error", **limits, **options})
    try:
        python = _python(kind, place.environments)
    except StartupError as fault:
        return Absent(kind, fault.message)
    if kind == kinds.INFINITY:
        return Infinity(python, place.source, place.threads)
    settings = {
        "torch": str(place.source),
        "onnx": str(place.onnx),
        "options": options,
        "engine": ENGINES.get(kind),
        "max_tokens": place.max_tokens,
        "pad_id": place.pad_id,
        "scratch": str(place.scratch),
    }
    return Worker(kind, python, ADAPTERS[kind], settings, place.threads)


def _python(kind: Kind, folder: Path) -> Path:
    """Raises StartupError when the environment cannot be made."""
    if kind.environment is None:
        return Path(sys.executable)
    return environments.make(kind.environment, folder)
