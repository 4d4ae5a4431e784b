"""Qwen3-Embedding on its real architecture, small and random, against its card's code."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch", reason="building models needs the extra `build`")

import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from tokenizers.processors import TemplateProcessing
from torch import Tensor
from transformers import AutoModel, PreTrainedTokenizerFast

from sidecar.embedding import EmbedRequest
from sidecar.errors import ModelError
from sidecar.runtime.manifest import Manifest
from sidecar.workshop.model.families import open_checkpoint
from sidecar.workshop.model.package import export
from sidecar.workshop.model.quantizing.quantize import QuantizeSpec, quantize
from sidecar.workshop.model.runner import Runner
from tests.opened import open_models
from tests.workshop.model.decoders import save_decoder

TASK = "Given a web search query, retrieve relevant passages that answer the query"
END = "<|endoftext|>"
TEXTS = ["the lease of the kettle", "what is 東京?\n\n", "rent", "a kettle in the court. " * 30]


def save_embedder(folder: Path, **changes: Any) -> Path:
    """The folder as published: named for a causal language model, with modules, and an end token by
    the tokenizer's template."""
    save_decoder(folder, **changes)
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.post_processor = TemplateProcessing(
        single=f"$A {END}",
        pair=f"$A {END} $B {END}",
        special_tokens=[(END, tokenizer.token_to_id(END))],
    )
    tokenizer.save(str(folder / "tokenizer.json"))
    settings = json.loads((folder / "tokenizer_config.json").read_text())
    write(folder / "tokenizer_config.json", {**settings, "padding_side": "left"})
    kinds = {"": "Transformer", "1_Pooling": "Pooling", "2_Normalize": "Normalize"}
    write(
        folder / "modules.json",
        [
            {"idx": i, "name": str(i), "path": path, "type": f"sentence_transformers.models.{kind}"}
            for i, (path, kind) in enumerate(kinds.items())
        ],
    )
    (folder / "1_Pooling").mkdir()
    (folder / "2_Normalize").mkdir()
    modes = {"pooling_mode_mean_tokens": False, "pooling_mode_lasttoken": True}
    pooling = {"word_embedding_dimension": 64, **modes, "include_prompt": True}
    write(folder / "1_Pooling" / "config.json", pooling)
    prompts = {"query": f"Instruct: {TASK}\nQuery:", "document": ""}
    write(
        folder / "config_sentence_transformers.json",
        {"prompts": prompts, "default_prompt_name": None, "similarity_fn_name": "cosine"},
    )
    return folder


def write(file: Path, value: Any) -> None:
    file.write_text(json.dumps(value))


class Card:
    """The model card's code for transformers: padding on the left."""

    def __init__(self, folder: Path) -> None:
        # Not AutoTokenizer, which rebuilds the tokenizer without its template (transformers 5.24).
        self.tokenizer = PreTrainedTokenizerFast.from_pretrained(folder, padding_side="left")
        self.model = AutoModel.from_pretrained(folder).eval()

    @torch.no_grad()
    def vectors(self, texts: Sequence[str], max_length: int = 8192) -> NDArray[np.float32]:
        batch_dict = self.tokenizer(
            list(texts),
            padding=True,
            truncation=True,
            max_length=max_length,
            return_tensors="pt",
        )
        inputs = {name: batch_dict[name] for name in ("input_ids", "attention_mask")}
        outputs = self.model(**inputs)
        embeddings = last_token_pool(outputs.last_hidden_state, inputs["attention_mask"])
        return torch.nn.functional.normalize(embeddings, p=2, dim=1).numpy()


def last_token_pool(last_hidden_states: Tensor, attention_mask: Tensor) -> Tensor:
    left_padding = attention_mask[:, -1].sum() == attention_mask.shape[0]
    if left_padding:
        return last_hidden_states[:, -1]
    sequence_lengths = attention_mask.sum(dim=1) - 1
    batch_size = last_hidden_states.shape[0]
    return last_hidden_states[torch.arange(batch_size), sequence_lengths]


def get_detailed_instruct(task_description: str, query: str) -> str:
    return f"Instruct: {task_description}\nQuery:{query}"


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_embedder(tmp_path_factory.mktemp("hugging-face") / "tiny-embedder")


@pytest.fixture(scope="module")
def exported(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "tiny"
    export(str(source), folder, matryoshka="16,32")
    return folder


async def served_vectors(folder: Path, texts: Sequence[str], **request: Any) -> Any:
    models = open_models(None, folder, workers=1)
    try:
        result = await models.live[1].encoder.embed(EmbedRequest(tuple(texts), **request))
        return result.vectors
    finally:
        models.close()


def test_the_manifest_says_how_texts_are_read(exported: Path) -> None:
    manifest = Manifest.read(exported)
    encoding = manifest.encoding
    assert encoding is not None
    assert (encoding.pooling, encoding.dimensions) == ("lasttoken", 64)
    assert encoding.prefixes == {"query": f"Instruct: {TASK}\nQuery:"}
    assert manifest.prompt.pieces == ("{document}", END)
    assert manifest.max_tokens == 8192
    assert (manifest.padding.side, manifest.padding.token) == ("right", END)


async def test_documents_and_queries_have_the_cards_vectors(source: Path, exported: Path) -> None:
    card = Card(source)
    expected = card.vectors(TEXTS)
    assert np.ptp(expected @ expected.T) > 0.2  # they differ at all
    documents = await served_vectors(exported, TEXTS, kind="document")
    assert np.abs(np.array(documents) - expected).max() < 1e-5
    instructed = card.vectors([get_detailed_instruct(TASK, text) for text in TEXTS])
    queries = await served_vectors(exported, TEXTS, kind="query")
    assert np.abs(np.array(queries) - instructed).max() < 1e-5


async def test_a_smaller_vector_is_the_beginning_at_length_1(source: Path, exported: Path) -> None:
    expected = Card(source).vectors(TEXTS)[:, :16]
    expected = expected / np.linalg.norm(expected, axis=1, keepdims=True)
    vectors = await served_vectors(exported, TEXTS, kind="document", dimensions=16)
    assert np.abs(np.array(vectors) - expected).max() < 1e-5


async def test_a_text_that_is_cut_keeps_its_end_token(source: Path, tmp_path: Path) -> None:
    export(str(source), tmp_path / "short", max_tokens=64)
    expected = Card(source).vectors(TEXTS, max_length=64)
    vectors = await served_vectors(tmp_path / "short", TEXTS, kind="document")
    assert np.abs(np.array(vectors) - expected).max() < 1e-5


async def test_padding_and_company_leave_a_vector_alone(exported: Path) -> None:
    runner = Runner.open(exported, (manifest := Manifest.read(exported)), manifest.graphs["fp32"])
    pairs = runner.encoded([("what", text) for text in TEXTS])
    assert runner.together(pairs) == pytest.approx(runner.alone(pairs), abs=1e-5)


async def test_token_vectors_are_the_last_states(source: Path, exported: Path) -> None:
    card = Card(source)
    tokens = await served_vectors(exported, TEXTS, kind="document", tokens=True)
    for text, rows in zip(TEXTS, tokens, strict=True):
        with torch.no_grad():
            inputs = card.tokenizer(text, return_tensors="pt")
            states = card.model(inputs["input_ids"]).last_hidden_state[0].numpy()
        assert np.abs(np.array(rows) - states).max() < 1e-4


def test_another_instruction_takes_the_folders_place(source: Path, tmp_path: Path) -> None:
    task = "Given a shopper's {search}, find products"
    checkpoint = open_checkpoint(str(source), instruction=task)
    assert checkpoint.encoding is not None
    assert checkpoint.encoding.prefixes["query"] == get_detailed_instruct(task, "")
    with pytest.raises(ModelError, match="give one of the two"):
        open_checkpoint(str(source), instruction=task, query_prefix="query: ")


def test_both_names_of_the_architecture_are_read(source: Path, tmp_path: Path) -> None:
    bare = tmp_path / "bare"
    AutoModel.from_pretrained(source).save_pretrained(bare)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (bare / name).write_bytes((source / name).read_bytes())
    assert json.loads((bare / "config.json").read_text())["architectures"] == ["Qwen3Model"]
    pairs = [("what", text) for text in TEXTS]
    checkpoint = open_checkpoint(str(bare), pooling="lasttoken")
    expected = open_checkpoint(str(source), query_prefix="").reference(pairs)
    assert checkpoint.reference(pairs) == pytest.approx(expected, abs=1e-6)


def test_a_decoder_whose_tokens_see_later_ones_is_refused(tmp_path: Path) -> None:
    source = save_embedder(tmp_path / "source")
    config = json.loads((source / "config.json").read_text())
    write(source / "config.json", {**config, "is_causal": False})
    with pytest.raises(ModelError, match="see later ones"):
        open_checkpoint(str(source))


def test_int8_keeps_the_cosines(source: Path, tmp_path: Path) -> None:
    export(str(source), tmp_path / "model")
    sample = tmp_path / "sample.jsonl"
    sample.write_text(json.dumps({"query": "the lease", "documents": TEXTS[:3] * 3}))
    quantize(tmp_path / "model", QuantizeSpec(sample=sample, keep_fp32=True, search=False))
    manifest = Manifest.read(tmp_path / "model")
    pairs = [("the lease", text) for text in TEXTS]
    fp32 = Runner.open(tmp_path / "model", manifest, manifest.graphs["fp32"]).logits(pairs)
    for name in ("int8", "float"):
        cosines = Runner.open(tmp_path / "model", manifest, manifest.graphs[name]).logits(pairs)
        assert np.abs(cosines - fp32).max() < 0.05
