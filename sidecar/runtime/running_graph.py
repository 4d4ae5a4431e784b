"""What runs: shown by /info, and the key under which scores may be compared or cached."""

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import assert_never

from sidecar import __version__
from sidecar.runtime.manifest import Graph, Manifest
from sidecar.runtime.onnx_session import onnxruntime_version
from sidecar.runtime.openvino_session import openvino_version
from sidecar.runtime.options import Device, Precision, Runtime
from sidecar.runtime.precision import as_run

NO_SCORE_DEPENDS_ON = {
    "quality",
    "sources",
    "licence",
    "quantization",
    "check",
    "score_references",
    "origin",
}
"""Of a manifest."""


@dataclass(frozen=True)
class RunningGraph:
    """A graph of a model, with the device, runtime and precision that it runs at."""

    manifest: Manifest
    name: str
    """The graph's in the manifest."""
    device: Device
    runtime: Runtime = "onnxruntime"
    precision: Precision | None = None
    """If the runtime computes at another than the graph's own."""

    @property
    def graph(self) -> Graph:
        """The manifest's graph, with what holds of it as it runs."""
        return as_run(self.manifest, self.name, self.precision)

    @cached_property
    def score_revision(self) -> str:
        """16 hex digits that change whenever a pair's score could: with the manifest but for what
        was measured of the model, the graph, the device, the runtime with its version, the
        precision, and the version of this package."""
        manifest = self.manifest.model_dump_json(exclude=NO_SCORE_DEPENDS_ON)
        parts = (manifest, self.name, self.device, *self._computed_by(), __version__)
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]

    def _computed_by(self) -> tuple[str, ...]:
        match self.runtime:
            case "onnxruntime":
                return (onnxruntime_version(),)
            case "openvino":
                return (self.runtime, openvino_version(), self.graph.precision)
            case _:
                assert_never(self.runtime)
