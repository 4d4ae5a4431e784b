"""What the settings could name instead: the model's other graphs, and the other engine."""

import importlib.util
from collections.abc import Iterator
from dataclasses import replace
from typing import get_args

from sidecar.errors import StartupError
from sidecar.runtime.loading import Loaded, Opening
from sidecar.runtime.precision import OpenVinoPrecision, graph_for


def alternatives(opening: Opening) -> dict[str, Opening]:
    """By the flags that choose it: what else of the folder could run on the device.

    Whether it does is known when a session is opened. An engine that is not installed is left out.
    """
    loaded = opening.loaded
    found = dict(_graphs(loaded))
    if loaded.device == "cpu" and importlib.util.find_spec("openvino") is not None:
        found |= _with_openvino(loaded)
    now = _kind(loaded)
    return {
        flags: replace(opening, loaded=other)
        for flags, other in found.items()
        if _kind(other) != now
    }


def _graphs(loaded: Loaded) -> Iterator[tuple[str, Loaded]]:
    manifest, device = loaded.manifest, loaded.device
    for name, graph in manifest.graphs.items():
        if device in graph.devices:
            yield f"--engine onnxruntime --graph {name}", Loaded(manifest, name, device)


def _with_openvino(loaded: Loaded) -> dict[str, Loaded]:
    found: dict[str, Loaded] = {}
    for precision in get_args(OpenVinoPrecision):
        flags = f"--engine openvino --precision {precision}"
        try:
            name, _ = graph_for(loaded.manifest, "cpu", "openvino", precision=precision)
        except StartupError:  # a model without a float graph
            return {}
        found[flags] = Loaded(loaded.manifest, name, "cpu", "openvino", precision)
    return found


def _kind(loaded: Loaded) -> tuple[str, str, str]:
    return loaded.engine, loaded.graph, loaded.running.precision
