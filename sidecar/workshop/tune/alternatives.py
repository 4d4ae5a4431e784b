"""What the settings could name instead: the model's other graphs, and the other runtime."""

import importlib.util
from collections.abc import Iterator
from dataclasses import replace
from typing import get_args

from sidecar.errors import StartupError
from sidecar.runtime.model_folder import ModelFolder
from sidecar.runtime.options import OpenVinoPrecision, RuntimeOptions
from sidecar.runtime.precision import graph_for
from sidecar.runtime.running_graph import RunningGraph

SHARED_RUN_TOKENS = 512
"""Padded tokens of a run at bf16, tried beside one pair a run: with AMX a short pair that is alone
leaves most of a product's tiles empty."""


def alternatives(folder: ModelFolder) -> dict[str, ModelFolder]:
    """The folder's other graphs and runtimes for the device, by the flags that select them.

    Whether one runs is known only when its session is opened. A runtime that is not installed is
    left out.
    """
    running = folder.running
    candidates = dict(_onnxruntime(running))
    if running.device == "cpu" and importlib.util.find_spec("openvino") is not None:
        candidates |= _openvino(running)
    current = _identity(running)
    by_flags: dict[str, ModelFolder] = {}
    for flags, candidate in candidates.items():
        if _identity(candidate) == current:
            continue
        by_flags[flags] = other = replace(folder, running=candidate)
        if candidate.graph.precision == "bf16" and folder.options.token_budget is None:
            sharing = folder.options.model_copy(update={"token_budget": SHARED_RUN_TOKENS})
            shared = f"{flags} --token-budget {SHARED_RUN_TOKENS}"
            by_flags[shared] = replace(other, options=sharing)
    return by_flags


def _onnxruntime(running: RunningGraph) -> Iterator[tuple[str, RunningGraph]]:
    manifest, device = running.manifest, running.device
    for name, graph in manifest.graphs.items():
        same_depth = (graph.exits is None) == (running.graph.exits is None)
        if device in graph.devices and same_depth:
            yield f"--runtime onnxruntime --graph {name}", RunningGraph(manifest, name, device)


def _openvino(running: RunningGraph) -> dict[str, RunningGraph]:
    by_flags: dict[str, RunningGraph] = {}
    for precision in get_args(OpenVinoPrecision):
        flags = f"--runtime openvino --precision {precision}"
        options = RuntimeOptions(runtime="openvino", precision=precision)
        try:
            name, _ = graph_for(running.manifest, options)
        except StartupError:  # a model without a float graph
            return {}
        by_flags[flags] = RunningGraph(running.manifest, name, "cpu", "openvino", precision)
    return by_flags


def _identity(running: RunningGraph) -> tuple[str, str, str]:
    return running.runtime, running.name, running.graph.precision
