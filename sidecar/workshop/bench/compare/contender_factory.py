"""A row of the comparison to the contender that does the work."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sidecar.errors import StartupError
from sidecar.workshop.bench.compare import contender_specs, environments
from sidecar.workshop.bench.compare.contender import (
    Contender,
    ContenderFailed,
    ContenderSpec,
    RoundResult,
    TextRequest,
)
from sidecar.workshop.bench.compare.library_process import LibraryProcess
from sidecar.workshop.bench.compare.servers import InfinityServer, SidecarServer

GRAPH = "int8"
DEADLINE_MS = 3_600_000
MAX_DOCUMENTS = 10**6
"""Of a request: `--documents` decides how many there are, and no limit of ours."""
ADAPTERS = {
    contender_specs.IN_PROCESS: "with_sidecar",
    contender_specs.ST_FP32: "with_sentence_transformers",
    contender_specs.ST_BF16: "with_sentence_transformers",
    contender_specs.ST_ONNX: "with_sentence_transformers",
    contender_specs.FASTEMBED: "with_fastembed",
    contender_specs.FLASHRANK: "with_flashrank",
    contender_specs.BARE: "with_onnxruntime",
}
ENGINES = {
    contender_specs.ST_FP32: "float32",
    contender_specs.ST_BF16: "bfloat16",
    contender_specs.ST_ONNX: "onnx",
}


@dataclass(frozen=True)
class ComparisonSetup:
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


class UnavailableContender:
    """A contender that cannot be installed."""

    pid = None

    def __init__(self, kind: ContenderSpec, reason: str) -> None:
        self.kind = kind
        self.versions: Mapping[str, str] = {}
        self._reason = reason

    def start(self, batch_size: int | None) -> None:
        """Raises ContenderFailed."""
        raise ContenderFailed(self._reason)

    def run(self, searches: Sequence[TextRequest], *, at_once: bool) -> RoundResult:
        """Raises ContenderFailed."""
        raise ContenderFailed(self._reason)

    def stop(self) -> None:
        """Nothing runs."""


def open_contender(kind: ContenderSpec, place: ComparisonSetup) -> Contender:
    """The contender, not yet started. An UnavailableContender if its environment cannot be made."""
    options = {"model": str(place.sidecar), "graph": GRAPH, **place.options}
    if kind == contender_specs.OVER_HTTP:
        limits = {"deadline_ms": DEADLINE_MS, "max_documents": MAX_DOCUMENTS}
        return SidecarServer({"log_level": "error", **limits, **options})
    try:
        python = _python(kind, place.environments)
    except StartupError as fault:
        return UnavailableContender(kind, fault.message)
    if kind == contender_specs.INFINITY:
        return InfinityServer(python, place.source, place.threads)
    settings = {
        "torch": str(place.source),
        "onnx": str(place.onnx),
        "options": options,
        "engine": ENGINES.get(kind),
        "max_tokens": place.max_tokens,
        "pad_id": place.pad_id,
        "scratch": str(place.scratch),
    }
    return LibraryProcess(kind, python, ADAPTERS[kind], settings, place.threads)


def _python(kind: ContenderSpec, folder: Path) -> Path:
    """Raises StartupError when the environment cannot be made."""
    if kind.environment is None:
        return Path(sys.executable)
    return environments.make(kind.environment, folder)
