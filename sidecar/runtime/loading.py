"""From a model folder to a session that is proven on its device."""

import hashlib
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from sidecar import __version__
from sidecar.runtime.canonical import check_numbers, check_placement
from sidecar.runtime.cores import available_cores
from sidecar.runtime.manifest import Device, Graph, Manifest, Precision
from sidecar.runtime.onnx_session import OnnxSession, Session, onnxruntime_version
from sidecar.runtime.openvino_session import OpenVinoSession, openvino_version
from sidecar.runtime.precision import Engine, as_run, graph_for
from sidecar.runtime.runs import Layout, layout_for
from sidecar.runtime.tokenizer import PairTokenizer
from sidecar.runtime.tuned_layouts import Place, find, place_of


def shipped_model() -> Path:
    """The folder of the model that comes with the package."""
    return Path(str(files("sidecar"))) / "models" / "minilm-en"


@dataclass(frozen=True, slots=True)
class Loaded:
    """What runs: shown by /info, and the key under which scores may be compared or cached."""

    manifest: Manifest
    graph: str
    device: Device
    engine: Engine = "onnxruntime"
    precision: Precision | None = None
    """Another than the graph's own, which an engine may compute it at."""

    @property
    def running(self) -> Graph:
        """The graph with what holds of it as it runs."""
        return as_run(self.manifest, self.graph, self.precision)

    @property
    def score_revision(self) -> str:
        """Changes whenever a pair's score could: with the manifest but for what was measured of
        the model, the graph, the device, the engine with its version, the precision, and the
        version of this package."""
        told = {"quality", "sources", "licence", "quantization", "check", "origin"}
        manifest = self.manifest.model_dump_json(exclude=told)
        parts = (manifest, self.graph, self.device, *self._computed_by(), __version__)
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]

    def _computed_by(self) -> tuple[str, ...]:
        if self.engine == "onnxruntime":
            return (onnxruntime_version(),)
        return (self.engine, openvino_version(), self.running.precision)


@dataclass(frozen=True, slots=True)
class Opening:
    """A model folder that was read, with what of it is to run: sessions are opened from it."""

    folder: Path
    loaded: Loaded
    tokenizer: PairTokenizer

    @classmethod
    def read(
        cls,
        folder: Path | None,
        device: Device,
        graph: str | None,
        engine: Engine = "onnxruntime",
        precision: Precision | None = None,
    ) -> "Opening":
        """The model of `folder` (None: the shipped one).

        Raises ModelError, or StartupError where the choices clash.
        """
        folder = folder or shipped_model()
        manifest = Manifest.read(folder)
        name, _ = graph_for(manifest, device, engine, graph, precision)
        loaded = Loaded(manifest, name, device, engine, precision)
        return cls(folder, loaded, PairTokenizer.open(folder, manifest))

    @property
    def place(self) -> Place:
        """What a kept layout is of."""
        loaded = self.loaded
        engine = f"{loaded.engine} {loaded.running.precision}"
        return place_of(loaded.manifest.name, loaded.graph, engine, loaded.device)

    def layout(
        self,
        *,
        workers: int | None = None,
        threads: int | None = None,
        token_budget: int | None = None,
        state: Path | None = None,
    ) -> Layout:
        """What the settings fix, else what is kept in the folder `state`, else the default.

        Raises StartupError where the settings clash.
        """
        chosen = layout_for(
            self.loaded.device,
            self.loaded.running,
            available_cores(),
            workers=workers,
            threads=threads,
            token_budget=token_budget,
        )
        if chosen.source == "setting" or state is None:
            return chosen
        runs = self.loaded.running.runs
        return find(state, self.place, self.loaded.score_revision, runs) or chosen

    def shares_session(self, one: Layout, other: Layout) -> bool:
        """Whether a session that was opened for one layout serves the other as well."""
        # OpenVINO's infer requests and streams are made for so many workers.
        workers = self.loaded.engine == "onnxruntime" or one.workers == other.workers
        return workers and one.intra_op_threads == other.intra_op_threads

    def session(self, layout: Layout) -> Session:
        """A session for the layout, proven on its device.

        Raises ModelError, DeviceError or StartupError with the reason when it must not serve.
        """
        session = self._session(layout)
        loaded = self.loaded
        check_numbers(session, loaded.manifest, loaded.graph, self.tokenizer, loaded.running)
        return session

    def _session(self, layout: Layout) -> Session:
        manifest, graph, device = self.loaded.manifest, self.loaded.running, self.loaded.device
        threads = layout.intra_op_threads
        if self.loaded.engine == "openvino":
            pad_id, workers = self.tokenizer.pad_id, layout.workers
            return OpenVinoSession.open(
                self.folder, manifest, graph, pad_id, workers=workers, threads=threads
            )
        if device != "cpu":
            probe = OnnxSession.open(self.folder, graph, device, profile=True)
            check_placement(probe, manifest, self.loaded.graph, self.tokenizer)
        return OnnxSession.open(self.folder, graph, device, threads=threads)
