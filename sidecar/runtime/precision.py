"""Which graph a runtime runs, and at what precision. Pure.

onnxruntime runs a graph at the precision that its file has. OpenVINO runs a float graph, on a CPU,
at the precision that the settings name:

    fp32   as the graph is
    bf16   matrix products in bfloat16, their sums in fp32
    int8   the graph's int8 weights times activations that are rounded as they come, with a scale
           for every few values of a token
"""

import statistics
from typing import Any, assert_never

from sidecar.errors import ModelError, StartupError
from sidecar.runtime.manifest import Graph, Manifest
from sidecar.runtime.options import Precision, RuntimeOptions

BF16_TOLERANCE = 0.005
"""Of a score, alone and in company: measured 0.0009 at most, of an earlier model."""
ROUNDING = 0.1
"""Most that bf16 and int8 may move a canonical logit, in standard deviations of the canonical
logits. Measured of an earlier model over two judged sets: 0.012 and 0.041."""


def graph_for(manifest: Manifest, options: RuntimeOptions) -> tuple[str, Graph]:
    """(name, graph as it runs): the named graph, or the first that device and runtime allow.

    Raises ModelError if there is none, StartupError if the options conflict.
    """
    match options.runtime:
        case "onnxruntime":
            return _for_onnxruntime(manifest, options)
        case "openvino":
            return _for_openvino(manifest, options)
        case _:
            assert_never(options.runtime)


def _for_onnxruntime(manifest: Manifest, options: RuntimeOptions) -> tuple[str, Graph]:
    """Any graph, at its own precision."""
    adaptive = options.depth == "adaptive"
    name, graph = manifest.graph_for(options.device, options.graph, exits=adaptive)
    if adaptive and graph.exits is None:
        raise StartupError(f"depth adaptive needs a graph with exits, and graph {name!r} has none")
    if options.precision not in (None, graph.precision):
        raise StartupError(
            f"onnxruntime runs graph {name!r} at its own precision, {graph.precision}: choose "
            f"another graph, or runtime openvino for precision {options.precision}"
        )
    return name, graph


def _for_openvino(manifest: Manifest, options: RuntimeOptions) -> tuple[str, Graph]:
    """A float graph, on a CPU, at the precision of the options."""
    device = options.device
    if device != "cpu":
        raise StartupError(f"runtime openvino runs on the CPU: device {device!r} needs onnxruntime")
    if options.depth == "adaptive":
        raise StartupError("runtime openvino has no depth adaptive: use onnxruntime")
    name = options.graph or _first_float(manifest)
    _, graph = manifest.graph_for(device, name)
    if graph.exits is not None:
        raise ModelError(
            f"runtime openvino takes a graph in one file, and graph {name!r} has parts"
        )
    if graph.precision != "fp32":
        raise ModelError(
            f"runtime openvino takes a float graph, and graph {name!r} is {graph.precision}: it "
            "ran such a graph at a third of onnxruntime's speed (omit `graph`, or name a float one)"
        )
    return name, as_run(manifest, name, options.precision)


def as_run(manifest: Manifest, name: str, precision: Precision | None) -> Graph:
    """The graph with what holds of it at another precision than its own."""
    graph = manifest.graphs[name]
    if precision in (None, graph.precision):
        return graph
    spread = statistics.pstdev(pair.logits[name] for pair in manifest.canonical)
    changed: dict[str, Any] = {
        "precision": precision,
        "canonical_tolerance": graph.canonical_tolerance + ROUNDING * spread,
    }
    if precision == "int8":
        # In company a sum may be taken in another order, and be rounded to another value: scores
        # moved by up to 0.006.
        changed["runs"] = "single"
    else:
        changed["tolerance"] = max(graph.tolerance, BF16_TOLERANCE)
    return graph.model_copy(update=changed)


def _first_float(manifest: Manifest) -> str:
    for name, graph in manifest.graphs.items():
        if graph.precision == "fp32" and "cpu" in graph.devices and graph.exits is None:
            return name
    raise ModelError(f"model {manifest.name} has no float graph, which runtime openvino needs")
