"""What the settings could name instead: the model's other graphs, and the other runtime."""

import importlib.util
from collections.abc import Iterator
from dataclasses import replace
from typing import get_args

from sidecar.errors import StartupError
from sidecar.runtime.loading import Loaded, Opening
from sidecar.runtime.precision import OpenVinoPrecision, graph_for


def alternatives(opening: Opening) -> dict[str, Opening]:
    """The folder's other graphs and runtimes for the device, by the flags that select them.

    Whether one runs is known only when its session is opened. A runtime that is not installed is
    left out.
    """
    loaded = opening.loaded
    candidates = dict(_onnxruntime(loaded))
    if loaded.device == "cpu" and importlib.util.find_spec("openvino") is not None:
        candidates |= _openvino(loaded)
    current = _identity(loaded)
    return {
        flags: replace(opening, loaded=candidate)
        for flags, candidate in candidates.items()
        if _identity(candidate) != current
    }


def _onnxruntime(loaded: Loaded) -> Iterator[tuple[str, Loaded]]:
    manifest, device = loaded.manifest, loaded.device
    for name, graph in manifest.graphs.items():
        if device in graph.devices:
            yield f"--engine onnxruntime --graph {name}", Loaded(manifest, name, device)


def _openvino(loaded: Loaded) -> dict[str, Loaded]:
    by_flags: dict[str, Loaded] = {}
    for precision in get_args(OpenVinoPrecision):
        flags = f"--engine openvino --precision {precision}"
        try:
            name, _ = graph_for(loaded.manifest, "cpu", "openvino", precision=precision)
        except StartupError:  # a model without a float graph
            return {}
        by_flags[flags] = Loaded(loaded.manifest, name, "cpu", "openvino", precision)
    return by_flags


def _identity(loaded: Loaded) -> tuple[str, str, str]:
    return loaded.engine, loaded.graph, loaded.running.precision
