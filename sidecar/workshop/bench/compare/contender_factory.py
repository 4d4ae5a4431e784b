"""Opens the contender of a spec."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sidecar.errors import StartupError
from sidecar.workshop.bench.compare import contender_specs as specs
from sidecar.workshop.bench.compare import environments
from sidecar.workshop.bench.compare.contender import (
    Contender,
    ContenderFailed,
    ContenderSpec,
    RoundResult,
    TextRequest,
)
from sidecar.workshop.bench.compare.embedding_servers import InfinityEmbeddings, SidecarEmbeddings
from sidecar.workshop.bench.compare.library_process import LibraryProcess
from sidecar.workshop.bench.compare.servers import InfinityServer, SidecarServer

if TYPE_CHECKING:
    from sidecar.workshop.bench.compare.model_files import ModelFiles

GRAPH = "int8"
DEADLINE_MS = 3_600_000
MAX_DOCUMENTS = 10**6
"""Per request: `--documents` alone decides how many there are."""
ADAPTERS = {
    specs.IN_PROCESS: "with_sidecar",
    specs.ST_FP32: "with_sentence_transformers",
    specs.ST_BF16: "with_sentence_transformers",
    specs.ST_ONNX: "with_sentence_transformers",
    specs.ST_OPENVINO: "with_openvino",
    specs.LLAMA_CPP: "with_llama_cpp",
    specs.FASTEMBED: "with_fastembed",
    specs.FLASHRANK: "with_flashrank",
    specs.BARE: "with_onnxruntime",
}
EMBEDDING_ADAPTERS = {
    **ADAPTERS,
    specs.FASTEMBED: "with_fastembed_vectors",
    specs.BARE: "with_onnxruntime_vectors",
}
ENGINES = {specs.ST_FP32: "float32", specs.ST_BF16: "bfloat16", specs.ST_ONNX: "onnx"}


@dataclass(frozen=True)
class ComparisonSetup:
    """What every contender is opened with."""

    files: "ModelFiles"
    max_tokens: int
    pad_id: int
    threads: int
    environments: Path
    scratch: Path
    settings: Mapping[str, Any]
    """Settings of the sidecar that differ from the defaults."""
    embeddings: bool = False
    """Whether encoders are compared, which make vectors."""


class UnavailableContender:
    """A contender whose environment cannot be made; it fails at its start."""

    pid = None

    def __init__(self, spec: ContenderSpec, reason: str) -> None:
        self.spec = spec
        self.versions: Mapping[str, str] = {}
        self._reason = reason

    def start(self, batch_size: int | None) -> None:
        """Raises ContenderFailed."""
        raise ContenderFailed(self._reason)

    def run(self, requests: Sequence[TextRequest], *, at_once: bool) -> RoundResult:
        """Raises ContenderFailed."""
        raise ContenderFailed(self._reason)

    def stop(self) -> None:
        """Does nothing: nothing runs."""


def open_contender(spec: ContenderSpec, setup: ComparisonSetup) -> Contender:
    """The contender, not yet started. An UnavailableContender if its environment cannot be made."""
    files = setup.files
    settings = {"model": str(files.sidecar), "graph": GRAPH, "cache_mb": 0, **setup.settings}
    if spec == specs.OVER_HTTP:
        limits = {"deadline_ms": DEADLINE_MS, "max_documents": MAX_DOCUMENTS}
        server = SidecarEmbeddings if setup.embeddings else SidecarServer
        return server({"log_level": "error", **limits, **settings})
    try:
        python = _python(spec, setup.environments)
    except StartupError as fault:
        return UnavailableContender(spec, fault.message)
    if spec == specs.INFINITY:
        peer = InfinityEmbeddings if setup.embeddings else InfinityServer
        return peer(python, files.source, setup.threads)
    adapter_settings = {
        "torch": str(files.source),
        "onnx": str(files.onnx),
        "sidecar": settings,
        "engine": ENGINES.get(spec),
        "embeddings": setup.embeddings,
        "max_tokens": setup.max_tokens,
        "pad_id": setup.pad_id,
        "scratch": str(setup.scratch),
        "made": str(files.made),
        "sample": str(files.sample),
    }
    adapters = EMBEDDING_ADAPTERS if setup.embeddings else ADAPTERS
    return LibraryProcess(spec, python, adapters[spec], adapter_settings, setup.threads)


def _python(spec: ContenderSpec, folder: Path) -> Path:
    """The spec's interpreter. Raises StartupError when its environment cannot be made."""
    if spec.environment is None:
        return Path(sys.executable)
    return environments.make(spec.environment, folder)
