"""What a check scores with: the folder's graphs, and a float graph as OpenVINO runs it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import get_args

from sidecar.build.calibration_pairs import TextPair
from sidecar.build.runner import Floats, Runner, Tick
from sidecar.engine.engines import OpenVinoPrecision
from sidecar.engine.loading import Opening
from sidecar.engine.manifest import Graph, Manifest
from sidecar.engine.openvino import openvino_version
from sidecar.engine.session import onnxruntime_version
from sidecar.errors import StartupError

OPENVINO = "openvino "
"""What a ranker's name begins with that OpenVINO runs; its precision follows."""
PRECISIONS: tuple[OpenVinoPrecision, ...] = get_args(OpenVinoPrecision)


@dataclass(frozen=True)
class Ranker:
    name: str
    """A graph's, or an engine and its precision: what its numbers stand under."""
    engine: str
    """The version of what computes: with another one logits that were kept are not these."""
    logits: Callable[[Sequence[TextPair], Tick], Floats]
    """Of the pairs, each scored alone; the Tick is called once per pair."""


def rankers(folder: Path, manifest: Manifest, openvino: Sequence[str] = ()) -> list[Ranker]:
    """Every graph by onnxruntime, then the first float graph by OpenVINO at each precision.

    OpenVINO's are opened at once. Raises StartupError where openvino is not installed or has no
    such precision, DeviceError where this CPU does not compute at it, ModelError where there is no
    float graph.
    """
    found = [
        Ranker(name, onnxruntime_version(), partial(_by_graph, folder, manifest, graph))
        for name, graph in manifest.graphs.items()
    ]
    for precision in openvino:
        if precision not in PRECISIONS:
            raise StartupError(f"openvino has no precision {precision}: {', '.join(PRECISIONS)}")
        runner = Runner.served(Opening.read(folder, "cpu", None, "openvino", precision))
        found.append(Ranker(f"{OPENVINO}{precision}", openvino_version(), runner.logits))
    return found


def _by_graph(
    folder: Path, manifest: Manifest, graph: Graph, pairs: Sequence[TextPair], tick: Tick
) -> Floats:
    return Runner.open(folder, manifest, graph).logits(pairs, tick)
