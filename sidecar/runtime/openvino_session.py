"""A float graph ready to run in OpenVINO, on a CPU. The only file that knows `openvino`.

Left to itself OpenVINO chooses the precision: bf16 where the CPU has it, and activations rounded to
int8 before int8 weights even when fp32 is asked for. Here both are set, and read back.
"""

import importlib.metadata
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import numpy as np

from sidecar.errors import DeviceError, ModelError, StartupError
from sidecar.runtime.manifest import Graph, Manifest, Padding
from sidecar.runtime.session import Batch, Tensors, check_inputs

HINTS = {"fp32": "f32", "bf16": "bf16", "int8": "f32"}
"""What is computed beside int8 products stays fp32."""
GROUP = 32
"""Values of a token that share a scale at int8: OpenVINO's own default. 128 was 4 to 10 % faster,
and twice as far from fp32."""
STEP = 16
"""A run is as wide as a multiple of this. Every shape has kernels of its own, and OpenVINO keeps
those of a limited number of shapes. Measured with new texts at bf16: 1.15 times the speed of any
width for single pairs, 1.08 for runs of 512 tokens; 32 was slower again."""
TELEMETRY = "openvino_telemetry"


class OpenVinoSession:
    """A compiled model and its infer requests, one for each worker."""

    def __init__(self, compiled: Any, manifest: Manifest, pad_id: int, requests: int) -> None:
        self._padding = manifest.padding
        self._max_tokens = manifest.max_tokens
        self._pad_id = pad_id
        self._inputs = tuple(item.get_any_name() for item in compiled.inputs)
        self._outputs = tuple(item.get_any_name() for item in compiled.outputs)
        self._idle: SimpleQueue[Any] = SimpleQueue()
        for _ in range(requests):
            self._idle.put(compiled.create_infer_request())

    @classmethod
    def open(
        cls,
        folder: Path,
        manifest: Manifest,
        graph: Graph,
        pad_id: int,
        *,
        workers: int = 1,
        threads: int = 1,
    ) -> "OpenVinoSession":
        """A graph of the manifest's at the precision that `graph` gives, for `workers` runs at a
        time of `threads` threads each.

        Raises StartupError where openvino is not installed, DeviceError where the CPU does not
        compute at the precision, ModelError when the graph does not load.
        """
        openvino = _openvino()
        core = openvino.Core()
        check_bf16(graph, core.get_property("CPU", "OPTIMIZATION_CAPABILITIES"))
        try:
            model = core.read_model(folder / graph.file)
            if graph.precision != "int8":
                _fold(openvino, model)
            compiled = core.compile_model(model, "CPU", properties(graph, workers, threads))
        except Exception as fault:  # openvino raises bare RuntimeError
            raise ModelError(f"{folder / graph.file} does not load: {_short(fault)}") from None
        check_hint(graph, compiled.get_property("INFERENCE_PRECISION_HINT").to_string())
        check_inputs(graph.file, (item.get_any_name() for item in compiled.inputs))
        return cls(compiled, manifest, pad_id, workers)

    def run(self, batch: Batch) -> Tensors:
        """The graph's outputs. May be called from several threads at once."""
        width = min(-(-batch.input_ids.shape[1] // STEP) * STEP, self._max_tokens)
        wide = widened(batch, width, self._padding, self._pad_id)
        feed = {name: getattr(wide, name) for name in self._inputs}
        request = self._idle.get()
        try:
            outputs = request.infer(feed, share_inputs=True)  # copies: the request goes back
        finally:
            self._idle.put(request)
        return {name: outputs[place] for place, name in enumerate(self._outputs)}


def widened(batch: Batch, width: int, padding: Padding, pad_id: int) -> Batch:
    """The arrays with padding up to `width` tokens. What a pair gets depends on no other pair."""
    missing = width - batch.input_ids.shape[1]
    if missing <= 0:
        return batch
    room = ((0, 0), (0, missing) if padding.side == "right" else (missing, 0))
    types = batch.token_type_ids
    return Batch(
        np.pad(batch.input_ids, room, constant_values=pad_id),
        np.pad(batch.attention_mask, room),
        None if types is None else np.pad(types, room),
    )


def properties(graph: Graph, workers: int, threads: int) -> dict[str, Any]:
    """What the model is compiled with.

    Threads are not pinned to cores: a second sidecar on the host would pin its own to the same.
    """
    return {
        "INFERENCE_PRECISION_HINT": HINTS[graph.precision],
        "DYNAMIC_QUANTIZATION_GROUP_SIZE": GROUP if graph.precision == "int8" else 0,
        "NUM_STREAMS": workers,
        "INFERENCE_NUM_THREADS": workers * threads,
        "ENABLE_CPU_PINNING": False,
    }


def check_bf16(graph: Graph, capabilities: Sequence[str]) -> None:
    """Raises DeviceError where bf16 would be emulated: right, and slower than fp32."""
    if graph.precision == "bf16" and "BF16" not in capabilities:
        raise DeviceError(
            "precision 'bf16' was asked for, but this CPU has no bf16 instructions: choose "
            "precision fp32 or int8, or runtime onnxruntime"
        )


def check_hint(graph: Graph, actual: str) -> None:
    """Raises DeviceError where the compiled model has another precision than was asked for."""
    if actual != HINTS[graph.precision]:
        raise DeviceError(
            f"precision {graph.precision!r} was asked for, but OpenVINO computes at {actual} here"
        )


def openvino_version() -> str:
    """The version of the installed package; "absent" where there is none."""
    try:
        return importlib.metadata.version("openvino")
    except importlib.metadata.PackageNotFoundError:
        return "absent"


def _openvino() -> Any:
    try:
        with _silent():
            import openvino
            import openvino.passes
    except ImportError as fault:
        absent = isinstance(fault, ModuleNotFoundError) and fault.name == "openvino"
        extra = "needs its extra: pip install 'rerank-sidecar[openvino]'"
        reason = extra if absent else f"does not load: {fault}"
        raise StartupError(f"runtime openvino {reason}") from None
    return openvino


@contextmanager
def _silent() -> Iterator[None]:
    """openvino's import without its telemetry.

    The import reports itself over the network, from a process that it forks, and takes the absence
    of the telemetry package as a no.
    """
    if TELEMETRY in sys.modules:  # somebody else's choice, in this process
        yield
        return
    sys.modules[TELEMETRY] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules[TELEMETRY]


def _fold(openvino: Any, model: Any) -> None:
    """Int8 weights become floats once, and not in every product. Gathered rows stay int8."""
    manager = openvino.passes.Manager()
    manager.register_pass(openvino.passes.ConstantFolding())
    manager.run_passes(model)


def _short(fault: Exception) -> str:
    """The last line that says something: the ones before are places in OpenVINO's source."""
    lines = [line.strip() for line in str(fault).splitlines() if line.strip()]
    return lines[-1] if lines else type(fault).__name__
