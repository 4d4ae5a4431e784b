"""One model in the formats of all contenders. Extra `build`.

source/   the Hugging Face folder
sidecar/  the sidecar's model folder: fp32 and int8, by `model export` and `model quantize`
onnx/     onnxruntime's int8 graph with the source's configuration

`encoder_files` does the same for sentence encoders.
"""

import hashlib
import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sidecar.errors import ModelError
from sidecar.runtime.manifest import MANIFEST, TOKENIZER, Manifest
from sidecar.runtime.model_folder import shipped_model
from sidecar.runtime.onnx_session import onnxruntime_version
from sidecar.workshop import model as model_tools
from sidecar.workshop.bench.compare import peer_graphs, shipped_classifier
from sidecar.workshop.model.families import open_folder
from sidecar.workshop.model.hub import fetch
from sidecar.workshop.model.package import export, fingerprint
from sidecar.workshop.model.progress import BeginStep, no_progress
from sidecar.workshop.model.quantization_sample import DEFAULT_FILE as SAMPLE_FILE
from sidecar.workshop.model.quantizing.quantize import QuantizeSpec, quantize
from sidecar.workshop.model.staging import staged_folder
from sidecar.workshop.model.text_pair import TextPair

SHIPPED = "shipped"
COPIED = ("config.json", TOKENIZER, "tokenizer_config.json", "special_tokens_map.json", "vocab.txt")


@dataclass(frozen=True)
class ModelFiles:
    """The folders of one model, by format."""

    name: str
    source: Path
    sidecar: Path
    onnx: Path
    sample: Path = SAMPLE_FILE
    """The pairs that int8 is fitted on, ours and a peer's."""

    @property
    def made(self) -> Path:
        """Where peers keep the formats that they make of the source themselves."""
        return self.sidecar.parent / "peers"

    def open_reference(self) -> Callable[[Sequence[TextPair]], list[float]]:
        """A function from pairs to their logits, by torch in float32 and its own tokenizer.

        Raises ModelError when the source cannot be opened.
        """
        return open_folder(self.source, "reference").reference


def prepare(source: str | None, folder: Path, begin_step: BeginStep = no_progress) -> ModelFiles:
    """The files of a Hugging Face folder or hub name, below `folder`; what is missing is made.

    Without a source: the shipped model, with a head that other libraries can load. `begin_step` is
    called at each step. Raises ModelError when the source cannot be read or quantised, or is no
    cross-encoder.
    """
    name = Path(source).name if source else SHIPPED
    local = fetch(source, None) if source else None
    if local is not None:
        peer_graphs.architecture(local)  # fails before minutes are spent
    home = folder / f"{name}-{cache_key(local)}"
    files = ModelFiles(name, local or home / "source", home / "sidecar", home / "onnx")
    if local is None and not (files.source / "config.json").exists():
        tick = begin_step("the shipped model as a cross-encoder", 1)
        with staged_folder(files.source) as fresh:
            shipped_classifier.write_classifier(fresh, shipped_model())
        tick()
    if not (files.sidecar / MANIFEST).exists():
        tick = begin_step("the sidecar's fp32 and int8 graphs", 1)
        with staged_folder(files.sidecar) as fresh:
            _write_sidecar_folder(files.source, fresh, name)
        tick()
    if not (files.onnx / "model.onnx").exists():
        tick = begin_step("onnxruntime's int8 graph", 1)
        with staged_folder(files.onnx) as fresh:
            _write_onnx_folder(files, fresh)
        tick()
    return files


def cache_key(local: Path | None, *makers: Path) -> str:
    """A digest of the files that all others are made from, and of the code that makes them: this
    file, what it uses, and `makers`."""
    code = [*sorted(Path(model_tools.__file__).parent.rglob("*.py")), SAMPLE_FILE]
    code += [Path(file) for file in (__file__, peer_graphs.__file__, shipped_classifier.__file__)]
    code += makers
    digest = hashlib.sha256(onnxruntime_version().encode())
    for file in code:
        digest.update(file.read_bytes())
    if local is None:
        digest.update((shipped_model() / MANIFEST).read_bytes())
    else:
        digest.update(fingerprint(local, "", {}).encode())
    return digest.hexdigest()[:12]


def _write_sidecar_folder(source: Path, folder: Path, name: str) -> None:
    export(str(source), folder, name)
    # As the peers' graph: every matrix product in integers.
    quantize(folder, QuantizeSpec(to=("int8",), search=False, keep_fp32=True))


def write_int8_graph(
    files: ModelFiles, folder: Path, write_fp32: Callable[[Path, Path, tuple[str, ...]], None]
) -> None:
    """onnxruntime's int8 graph of what `write_fp32` writes, and the source's COPIED beside it."""
    manifest = Manifest.read(files.sidecar)
    segments = ("token_type_ids",) if manifest.prompt.segments is not None else ()
    fp32 = folder / "fp32.onnx"
    write_fp32(files.source, fp32, ("input_ids", "attention_mask", *segments))
    peer_graphs.write_int8(fp32, folder / "model.onnx")
    fp32.unlink()
    for name in COPIED:
        if (files.source / name).exists():
            shutil.copyfile(files.source / name, folder / name)


def _write_onnx_folder(files: ModelFiles, folder: Path) -> None:
    write_int8_graph(files, folder, peer_graphs.write_fp32)
    special_tokens = folder / "special_tokens_map.json"
    if not special_tokens.exists():
        special_tokens.write_text(json.dumps(_special_tokens(folder)))


def _special_tokens(folder: Path) -> dict[str, str]:
    """The special tokens by role; transformers 5 does not write them to a file of their own."""
    file = folder / "tokenizer_config.json"
    if not file.exists():
        raise ModelError(f"{folder} has no {file.name}, which other libraries need")
    settings = json.loads(file.read_bytes())
    roles = ("bos", "eos", "unk", "sep", "pad", "cls", "mask")
    tokens = {f"{role}_token": settings.get(f"{role}_token") for role in roles}
    return {
        role: token["content"] if isinstance(token, dict) else token
        for role, token in tokens.items()
        if token
    }
