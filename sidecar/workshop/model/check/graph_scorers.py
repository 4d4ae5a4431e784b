"""What a check measures: the folder's graphs, and a float graph on OpenVINO."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import get_args

from sidecar.errors import StartupError
from sidecar.runtime.manifest import Graph, Manifest
from sidecar.runtime.model_folder import ModelFolder
from sidecar.runtime.onnx_session import onnxruntime_version
from sidecar.runtime.openvino_session import openvino_version
from sidecar.runtime.options import OpenVinoPrecision, RuntimeOptions
from sidecar.workshop.model.graphs import OPENVINO
from sidecar.workshop.model.progress import Advance
from sidecar.workshop.model.runner import Floats, Runner
from sidecar.workshop.model.text_pair import TextPair

PRECISIONS: tuple[OpenVinoPrecision, ...] = get_args(OpenVinoPrecision)


@dataclass(frozen=True)
class GraphScorer:
    """A graph on a runtime."""

    name: str
    """The graph's, or OPENVINO and a precision: the key of its results in the manifest."""
    version: str
    """Of the runtime: cached logits of another version must not be used."""
    logits: Callable[[Sequence[TextPair], Advance], Floats]
    """Logits [pairs], each pair run alone; the Advance is called once per pair."""


def open_scorers(
    folder: Path, manifest: Manifest, openvino: Sequence[str] = ()
) -> list[GraphScorer]:
    """Every graph on onnxruntime, then the first float graph on OpenVINO at each precision.

    OpenVINO opens each at once, so that what it cannot run fails before an hour of scoring. Raises
    StartupError when openvino is not installed or has no such precision, DeviceError when this CPU
    does not compute at it, ModelError when there is no float graph.
    """
    if unknown := sorted(set(openvino) - set(PRECISIONS)):
        raise StartupError(f"openvino has no precision {unknown[0]}: {', '.join(PRECISIONS)}")
    scorers = [
        GraphScorer(name, onnxruntime_version(), partial(_run_graph, folder, manifest, graph))
        for name, graph in manifest.graphs.items()
    ]
    for precision in PRECISIONS:
        if precision in openvino:
            options = RuntimeOptions(runtime="openvino", precision=precision)
            served = ModelFolder.read(folder, options)
            Runner.served(served)
            logits = partial(_run_served, served)
            scorers.append(GraphScorer(OPENVINO + precision, openvino_version(), logits))
    return scorers


def _run_graph(
    folder: Path, manifest: Manifest, graph: Graph, pairs: Sequence[TextPair], advance: Advance
) -> Floats:
    return Runner.open(folder, manifest, graph).logits(pairs, advance)


def _run_served(folder: ModelFolder, pairs: Sequence[TextPair], advance: Advance) -> Floats:
    return Runner.served(folder).logits(pairs, advance)
