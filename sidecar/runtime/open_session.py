"""A model's graph in the runtime that was chosen: a session that is not proven yet.

All arguments are plain values, which can be pickled: a worker process opens its session this way.
"""

from pathlib import Path
from typing import assert_never

from sidecar.runtime.canonical import check_company
from sidecar.runtime.exit_session import graph_session
from sidecar.runtime.openvino_session import OpenVinoSession
from sidecar.runtime.placement import check_placement
from sidecar.runtime.running_graph import RunningGraph
from sidecar.runtime.runs import Layout
from sidecar.runtime.session import Session
from sidecar.runtime.tokenizer import PairTokenizer


def open_session(path: Path, running: RunningGraph, pad_id: int, layout: Layout) -> Session:
    """A session of the folder `path`. Raises ModelError, DeviceError or StartupError."""
    match running.runtime:
        case "onnxruntime":
            return _open_onnxruntime(path, running, layout)
        case "openvino":
            return OpenVinoSession.open(
                path,
                running.manifest,
                running.graph,
                pad_id,
                workers=layout.workers,
                threads=layout.intra_op_threads,
            )
        case _:
            assert_never(running.runtime)


def _open_onnxruntime(path: Path, running: RunningGraph, layout: Layout) -> Session:
    """Away from the CPU, a profiled run first shows where the nodes run."""
    manifest, graph, device = running.manifest, running.graph, running.device
    if device != "cpu":
        probe = graph_session(path, graph, device, profile=True)
        tokenizer = PairTokenizer.open(path, manifest)
        tokens = check_company(probe, manifest, running.name, tokenizer)
        check_placement(probe.end_profile(), device, probe.provider, tokens)
    return graph_session(path, graph, device, threads=layout.intra_op_threads)
