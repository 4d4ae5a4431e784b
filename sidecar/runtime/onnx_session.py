"""A graph ready to run in onnxruntime. The only file of the service that imports it.

A session that exists has loaded its graph on the device that was asked for; `placement.py` and
`canonical.py` prove at start-up that it computes there, and what it should.
"""

import importlib.metadata
import json
import tempfile
from pathlib import Path
from typing import Any

import onnxruntime as ort

from sidecar.errors import DeviceError, ModelError
from sidecar.runtime.manifest import Graph
from sidecar.runtime.options import Device
from sidecar.runtime.session import Batch, Tensors, check_inputs

PROVIDERS: dict[Device, str] = {"cpu": "CPUExecutionProvider", "cuda": "CUDAExecutionProvider"}


class OnnxSession:
    """An onnxruntime session, with IO binding where the device has its own memory."""

    def __init__(self, session: ort.InferenceSession, device: Device, *, bind: bool) -> None:
        self._session = session
        self.device = device
        self._bind = bind
        self._inputs = tuple(item.name for item in session.get_inputs())
        self._outputs = tuple(item.name for item in session.get_outputs())

    @classmethod
    def open(
        cls,
        folder: Path,
        graph: Graph,
        device: Device,
        *,
        threads: int = 1,
        profile: bool = False,
        bind: bool | None = None,
    ) -> "OnnxSession":
        """The graph on `device`, with `threads` intra-op threads per run.

        `bind` is for tests; without it a device with its own memory is bound.
        Raises DeviceError when the device is not the one that runs, ModelError when the graph
        does not load.
        """
        check_one_onnxruntime()
        provider = PROVIDERS[device]
        if provider not in ort.get_available_providers():
            raise DeviceError(
                f"device {device!r} was asked for, but the installed onnxruntime has no "
                f"{provider}: install the extra gpu instead of the extra cpu"
            )
        if device == "cuda":
            ort.preload_dlls()
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.enable_profiling = profile
        if profile:
            options.profile_file_prefix = str(Path(tempfile.mkdtemp()) / "placement")
        # Workers beside each other: a spinning thread would steal its neighbour's core.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        for key, value in graph.session_config.items():
            options.add_session_config_entry(key, value)
        try:
            session = ort.InferenceSession(
                folder / graph.file, options, providers=[provider], enable_fallback=0
            )
        except Exception as fault:  # onnxruntime raises its own classes and bare RuntimeError
            raise ModelError(f"{folder / graph.file} does not load: {fault}") from None
        # Without its CUDA libraries the wheel falls back to the CPU, and raises nothing.
        if (actual := session.get_providers()[0]) != provider:
            raise DeviceError(
                f"device {device!r} was asked for, but onnxruntime runs on {actual}: "
                "its CUDA libraries did not load (install the extra gpu; see the log above)"
            )
        check_inputs(graph.file, (item.name for item in session.get_inputs()))
        return cls(session, device, bind=device != "cpu" if bind is None else bind)

    @property
    def provider(self) -> str:
        """The execution provider that every node is meant to run on."""
        return PROVIDERS[self.device]

    def run(self, batch: Batch) -> Tensors:
        """The graph's outputs. May be called from several threads at once."""
        feed = {name: getattr(batch, name) for name in self._inputs}
        if not self._bind:
            return dict(zip(self._outputs, self._session.run(self._outputs, feed), strict=True))
        binding = self._session.io_binding()
        for name, value in feed.items():
            binding.bind_ortvalue_input(
                name, ort.OrtValue.ortvalue_from_numpy(value, self.device, 0)
            )
        for name in self._outputs:
            binding.bind_output(name, self.device, 0)
        binding.synchronize_inputs()
        self._session.run_with_iobinding(binding)
        binding.synchronize_outputs()
        return dict(zip(self._outputs, binding.copy_outputs_to_cpu(), strict=True))

    def end_profile(self) -> list[dict[str, Any]]:
        """The events of a session opened with `profile=True`; profiling ends."""
        path = Path(self._session.end_profiling())
        events: list[dict[str, Any]] = json.loads(path.read_bytes())
        path.unlink()
        path.parent.rmdir()
        return events


def onnxruntime_version() -> str:
    """The version of the installed wheel, whichever it is."""
    return str(ort.__version__)


def check_one_onnxruntime() -> None:
    """Raises DeviceError when both wheels are installed: they own the same import package."""
    installed = []
    for name in ("onnxruntime", "onnxruntime-gpu"):
        try:
            installed.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            continue
    if len(installed) > 1:
        raise DeviceError(
            f"{' and '.join(installed)} are both installed and overwrite each other: uninstall "
            "both, then install either the extra cpu or the extra gpu"
        )
