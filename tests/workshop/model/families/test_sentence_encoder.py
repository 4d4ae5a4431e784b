"""Sentence encoders: their framework's vectors, from export to int8, and what is refused."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch", reason="building models needs the extra `build`")

import torch
import transformers
from numpy.typing import NDArray

from sidecar.embedding import EmbedRequest
from sidecar.errors import ModelError
from sidecar.runtime.manifest import Manifest
from sidecar.workshop.model.check.checking import CheckSpec, check
from sidecar.workshop.model.families import open_checkpoint
from sidecar.workshop.model.families.sentence_encoder_settings import check_case
from sidecar.workshop.model.package import export
from sidecar.workshop.model.quantizing.quantize import QuantizeSpec, quantize
from sidecar.workshop.model.runner import Runner
from tests.opened import open_models
from tests.workshop.model.classifiers import BERT_MARKS, SHAPE, byte_level, save, word_piece

PREFIXES = {"query": "query: ", "document": "passage: "}
TEXTS = ["the lease of the kettle", "may any notice be given in this court", "tea", "a " * 200]
LIMIT = 48


def save_encoder(folder: Path, pooling: str | None, **settings: Any) -> Path:
    """A folder of sentence-transformers: BERT, Pooling, Normalize; without `pooling` a bare one."""
    tokenizer = word_piece()
    config = transformers.BertConfig(
        vocab_size=tokenizer.get_vocab_size(), architectures=["BertModel"], **SHAPE
    )
    save(folder, config, tokenizer, tokenizer_class="BertTokenizer", **BERT_MARKS)
    if pooling is None:
        return folder
    kinds = {"": "Transformer", "1_Pooling": "Pooling", "2_Normalize": "Normalize"}
    modules = [
        {"idx": i, "name": str(i), "path": path, "type": f"sentence_transformers.models.{kind}"}
        for i, (path, kind) in enumerate(kinds.items())
    ]
    write(folder / "modules.json", modules)
    (folder / "1_Pooling").mkdir()
    write(
        folder / "1_Pooling" / "config.json",
        {"word_embedding_dimension": config.hidden_size, f"pooling_mode_{pooling}": True},
    )
    (folder / "2_Normalize").mkdir()
    write(folder / "sentence_bert_config.json", {"max_seq_length": LIMIT, "do_lower_case": False})
    write(folder / "config_sentence_transformers.json", {"prompts": PREFIXES, **settings})
    return folder


def write(file: Path, value: Any) -> None:
    file.write_text(json.dumps(value))


@torch.no_grad()
def framework_vectors(source: Path, texts: Sequence[str], pooling: str) -> NDArray[np.float32]:
    """Each text alone by transformers: the reference without any code of ours."""
    tokenizer = transformers.AutoTokenizer.from_pretrained(source)
    network = transformers.AutoModel.from_pretrained(source).eval()
    rows = []
    for text in texts:
        encoded = tokenizer(text, truncation=True, max_length=LIMIT, return_tensors="pt")
        states = network(**encoded).last_hidden_state[0]
        row = {"mean_tokens": states.mean(0), "cls_token": states[0], "lasttoken": states[-1]}
        rows.append(torch.nn.functional.normalize(row[pooling], dim=0).numpy())
    return np.stack(rows)


async def served_vectors(folder: Path, **request: Any) -> NDArray[np.float32]:
    models = open_models(None, folder, workers=1)
    try:
        encoder = models.live[1].encoder
        result = await encoder.embed(EmbedRequest(tuple(TEXTS), **request))
        return np.array(result.vectors)
    finally:
        models.close()


@pytest.mark.parametrize("pooling", ["mean_tokens", "cls_token", "lasttoken"])
async def test_the_vectors_are_the_frameworks(tmp_path: Path, pooling: str) -> None:
    source = save_encoder(tmp_path / "source", pooling)
    manifest = export(str(source), tmp_path / "model")
    assert manifest is not None
    assert manifest.encoding is not None
    assert manifest.encoding.dimensions == SHAPE["hidden_size"]
    assert manifest.max_tokens == LIMIT
    for kind, prefix in PREFIXES.items():
        expected = framework_vectors(source, [prefix + text for text in TEXTS], pooling)
        vectors = await served_vectors(tmp_path / "model", kind=kind)
        assert np.abs(vectors - expected).max() < 1e-5


async def test_a_bare_encoder_is_told_its_pooling_and_prefixes(tmp_path: Path) -> None:
    source = save_encoder(tmp_path / "source", None)
    export(
        str(source),
        tmp_path / "model",
        pooling="mean",
        query_prefix="find: ",
        matryoshka="8,16",
        max_tokens=LIMIT,
    )
    encoding = Manifest.read(tmp_path / "model").encoding
    assert encoding is not None
    assert (encoding.prefixes, encoding.matryoshka) == ({"query": "find: "}, (8, 16))
    expected = framework_vectors(source, [f"find: {text}" for text in TEXTS], "mean_tokens")
    vectors = await served_vectors(tmp_path / "model", kind="query", dimensions=8)
    expected = expected[:, :8] / np.linalg.norm(expected[:, :8], axis=1, keepdims=True)
    assert np.abs(vectors - expected).max() < 1e-5


@pytest.fixture(scope="module")
def quantized(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("quantized")
    export(str(save_encoder(folder / "source", "mean_tokens")), folder / "model")
    quantize(folder / "model", QuantizeSpec(to=("int8", "fp16"), keep_fp32=True))
    return folder / "model"


def test_int8_keeps_the_cosines(quantized: Path) -> None:
    manifest = Manifest.read(quantized)
    assert list(manifest.graphs) == ["int8", "fp16", "float", "fp32"]
    pairs = [("the lease", text) for text in TEXTS]
    fp32 = Runner.open(quantized, manifest, manifest.graphs["fp32"]).logits(pairs)
    for name in ("int8", "float"):
        cosines = Runner.open(quantized, manifest, manifest.graphs[name]).logits(pairs)
        assert np.abs(cosines - fp32).max() < 0.03
        assert manifest.quantization[name].max_difference < 0.1
    assert (np.abs(fp32) <= 1 + 1e-6).all()


def test_the_check_measures_the_cosines(quantized: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(quantized, tmp_path / "model"))
    checked = check(folder, CheckSpec(against=str(quantized.parent / "source"))).check
    assert checked is not None
    assert checked.parity["fp32"]["calibration"].max_difference < 1e-4
    assert checked.invariance["float"] < 1e-4
    card = (folder / "README.md").read_text()
    assert "An encoder of texts" in card
    assert "cosine" in card


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"1_Pooling/config.json": {"pooling_mode_mean_tokens": True, "include_prompt": False}},
         "leaves a prefix out"),
        ({"1_Pooling/config.json": {"pooling_mode": "weightedmean"}}, "weightedmean is not known"),
        ({"modules.json": [{"idx": 0, "path": "", "type": "a.Transformer"},
                           {"idx": 1, "path": "1_Pooling", "type": "a.Pooling"},
                           {"idx": 2, "path": "2_Normalize", "type": "a.WordWeights"}]},
         "WordWeights is not known"),
        ({"sentence_bert_config.json": {"max_seq_length": "long"}}, "is no number of tokens"),
        ({"sentence_bert_config.json": []}, "is not a JSON object"),
        ({"1_Pooling/config.json": {}}, r"1_Pooling/config\.json is missing or empty"),
    ],
)  # fmt: skip
def test_what_would_change_the_vectors_is_refused(
    tmp_path: Path, change: dict[str, Any], match: str
) -> None:
    source = save_encoder(tmp_path / "source", "mean_tokens")
    for file, value in change.items():
        write(source / file, value)
    with pytest.raises(ModelError, match=match) as caught:
        open_checkpoint(str(source))
    assert "\n" not in caught.value.message


def test_texts_are_not_lowered_where_only_the_framework_would(tmp_path: Path) -> None:
    write(tmp_path / "sentence_bert_config.json", {"do_lower_case": True})
    with pytest.raises(ModelError, match="lowers texts"):
        check_case(tmp_path, byte_level())
    check_case(tmp_path, word_piece())  # it lowers them itself


def test_options_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    bare = save_encoder(tmp_path / "bare", None)
    with pytest.raises(ModelError, match="--pooling"):
        open_checkpoint(str(bare))
    with pytest.raises(ModelError, match="--pooling softly is not known"):
        open_checkpoint(str(bare), pooling="softly")
    with pytest.raises(ModelError, match="whole numbers"):
        open_checkpoint(str(bare), pooling="mean", matryoshka="small")
    with pytest.raises(ModelError, match="`matryoshka` must lie below"):
        open_checkpoint(str(bare), pooling="mean", matryoshka="4096")
    source = save_encoder(tmp_path / "source", "mean_tokens")
    with pytest.raises(ModelError, match="leave --pooling out"):
        open_checkpoint(str(source), pooling="cls")
