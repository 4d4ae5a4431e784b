"""What a check scores with: the folder's graphs, and a float graph as OpenVINO runs it."""

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
    name: str
    """A graph's, or an engine and its precision: what its numbers stand under."""
    engine: str
    """The version of what computes: with another one logits that were kept are not these."""
    logits: Callable[[Sequence[TextPair], Advance], Floats]
    """Of the pairs, each scored alone; the Tick is called once per pair."""


def open_scorers(
    folder: Path, manifest: Manifest, openvino: Sequence[str] = ()
) -> list[GraphScorer]:
    """Every graph by onnxruntime, then the first float graph by OpenVINO at each precision.

    OpenVINO's are proven first: what it cannot run is known before an hour of scoring. Raises
    StartupError where openvino is not installed or has no such precision, DeviceError where this
    CPU does not compute at it, ModelError where there is no float graph.
    """
    if unknown := sorted(set(openvino) - set(PRECISIONS)):
        raise StartupError(f"openvino has no precision {unknown[0]}: {', '.join(PRECISIONS)}")
    found = [
        GraphScorer(name, onnxruntime_version(), partial(_by_graph, folder, manifest, graph))
        for name, graph in manifest.graphs.items()
    ]
    for precision in PRECISIONS:
        if precision in openvino:
            options = RuntimeOptions(runtime="openvino", precision=precision)
            served = ModelFolder.read(folder, options)
            Runner.served(served)
            logits = partial(_served, served)
            found.append(GraphScorer(OPENVINO + precision, openvino_version(), logits))
    return found


def _by_graph(
    folder: Path, manifest: Manifest, graph: Graph, pairs: Sequence[TextPair], tick: Advance
) -> Floats:
    return Runner.open(folder, manifest, graph).logits(pairs, tick)


def _served(folder: ModelFolder, pairs: Sequence[TextPair], tick: Advance) -> Floats:
    return Runner.served(folder).logits(pairs, tick)
