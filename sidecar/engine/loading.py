"""From a model folder to a session that is proven on its device."""

import hashlib
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from sidecar import __version__
from sidecar.engine.canonical import check_numbers, check_placement
from sidecar.engine.cores import available_cores
from sidecar.engine.manifest import Device, Manifest
from sidecar.engine.runs import Layout, layout_for
from sidecar.engine.session import OnnxSession, onnxruntime_version
from sidecar.engine.tokenizer import PairTokenizer


def shipped_model() -> Path:
    """The folder of the model that comes with the package."""
    return Path(str(files("sidecar"))) / "models" / "minilm-en"


@dataclass(frozen=True, slots=True)
class Loaded:
    """What runs: shown by /info, and the key under which scores may be compared or cached."""

    manifest: Manifest
    graph: str
    device: Device

    @property
    def score_revision(self) -> str:
        """Changes whenever a pair's score could: with the manifest but for what was measured of
        the model, the graph, the device, and the versions of onnxruntime and of this package."""
        told = {"quality", "sources", "licence", "quantization", "check", "origin"}
        manifest = self.manifest.model_dump_json(exclude=told)
        parts = (manifest, self.graph, self.device, onnxruntime_version(), __version__)
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def load(
    folder: Path | None,
    device: Device,
    graph: str | None,
    *,
    workers: int | None,
    token_budget: int | None,
) -> tuple[Loaded, PairTokenizer, OnnxSession, Layout]:
    """The model of `folder` (None: the shipped one) on `device`.

    Raises ModelError, DeviceError or StartupError with the reason when it must not serve.
    """
    folder = folder or shipped_model()
    manifest = Manifest.read(folder)
    name, chosen = manifest.graph_for(device, graph)
    layout = layout_for(
        device, chosen, available_cores(), workers=workers, token_budget=token_budget
    )
    tokenizer = PairTokenizer.open(folder, manifest)
    if device != "cpu":
        check_placement(
            OnnxSession.open(folder, chosen, device, profile=True), manifest, name, tokenizer
        )
    session = OnnxSession.open(folder, chosen, device, threads=layout.intra_op_threads)
    check_numbers(session, manifest, name, tokenizer)
    return Loaded(manifest, name, device), tokenizer, session, layout
