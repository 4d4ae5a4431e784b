"""mxbai-rerank v2 and bge-reranker-v2-gemma, small and random, against their packages' own code.

That code is written out here as it is published, and shares nothing with ours.
"""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch", reason="building models needs the extra `build`")

import torch
from hypothesis import given, settings
from transformers import (
    AutoTokenizer,
    GemmaConfig,
    GemmaForCausalLM,
    Qwen2Config,
    Qwen2ForCausalLM,
)

from sidecar.errors import ModelError
from sidecar.runtime.manifest import Manifest
from sidecar.runtime.tokenizer import PairTokenizer
from sidecar.workshop.model.canonical import PAIRS
from sidecar.workshop.model.families import open_checkpoint
from sidecar.workshop.model.package import export
from sidecar.workshop.model.quantizing.quantize import QuantizeSpec, quantize
from sidecar.workshop.model.runner import Runner
from tests.runtime.qwen import SPECIAL, hard_texts, qwen

torch.set_num_threads(1)


def save_mxbai(folder: Path, **changes: Any) -> Path:
    """A random Qwen2 with grouped heads, and biases that matter."""
    torch.manual_seed(5)
    tokenizer = qwen()
    config: dict[str, Any] = {
        "vocab_size": tokenizer.get_vocab_size() + 3,
        "hidden_size": 64,
        "num_hidden_layers": 3,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "intermediate_size": 128,
        "max_position_embeddings": 32_768,
        "rope_parameters": {"rope_type": "default", "rope_theta": 1_000_000.0},
        "initializer_range": 0.2,
        "tie_word_embeddings": True,
    }
    model = Qwen2ForCausalLM(Qwen2Config(**config | changes))
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if "norm" in name:
                weight.uniform_(0.5, 1.5)
            if name.endswith("bias"):
                weight.normal_()
    model.save_pretrained(folder)
    tokenizer.save(str(folder / "tokenizer.json"))
    marks = {"eos_token": SPECIAL[2], "pad_token": SPECIAL[0], "model_max_length": 131_072}
    settings = {"tokenizer_class": "Qwen2Tokenizer", **marks}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))
    return folder


class Package:
    """What a publisher's package does for one pair, on the real architecture."""

    network: Any

    def __init__(self, folder: Path) -> None:
        self.tokenizer = AutoTokenizer.from_pretrained(folder, padding_side="left")
        self.model = self.network.from_pretrained(folder).eval()

    def get_input_ids(self, text: str) -> list[int]:
        ids: list[int] = self.tokenizer(text, return_tensors=None, add_special_tokens=False)[
            "input_ids"
        ]
        return ids

    def ids(self, query: str, document: str, instruction: str | None = None) -> list[int]:
        raise NotImplementedError

    @torch.no_grad()
    def last(self, query: str, document: str) -> torch.Tensor:
        outputs = self.model(input_ids=torch.tensor([self.ids(query, document)]))
        logits: torch.Tensor = outputs.logits[0, -1]
        return logits


class Mxbai(Package):
    """`MxbaiRerankV2.prepare_inputs` and `forward`."""

    network = Qwen2ForCausalLM
    task_prompt = "You are a search relevance expert who evaluates how well documents match search queries. For each query-document pair, carefully analyze the semantic relationship between them, then provide your binary relevance judgment (0 for not relevant, 1 for relevant).\nRelevance:"  # noqa: E501
    prefix = "<|im_start|>system\nYou are Qwen, created by Alibaba Cloud. You are a helpful assistant.<|im_end|>\n<|im_start|>user\n"  # noqa: E501
    suffix = "<|im_end|>\n<|im_start|>assistant\n"

    def ids(self, query: str, document: str, instruction: str | None = None) -> list[int]:
        query_prompt = f"query: {query}"
        if instruction:
            query_prompt = f"instruction: {instruction}\n{query_prompt}"
        sep = self.get_input_ids("\n")
        item = self.get_input_ids(query_prompt)
        item = item + sep + self.get_input_ids(f"document: {document}")
        tail = sep + self.get_input_ids(self.task_prompt) + self.get_input_ids(self.suffix)
        return self.get_input_ids(self.prefix) + item + tail

    def logit(self, query: str, document: str) -> float:
        logits = self.last(query, document)
        yes_loc, no_loc = self.get_input_ids("1")[0], self.get_input_ids("0")[0]
        return float(logits[yes_loc] - logits[no_loc])


class FlagEmbedding(Package):
    """`BaseLLMReranker.compute_score_single_gpu` with its default instructions "A: " and "B: "."""

    network = GemmaForCausalLM
    prompt = "Given a query A and a passage B, determine whether the passage contains an answer to the query by providing a prediction of either 'Yes' or 'No'."  # noqa: E501

    def ids(self, query: str, document: str, instruction: str | None = None) -> list[int]:
        sep_inputs = self.get_input_ids("\n")
        item = [self.tokenizer.bos_token_id, *self.get_input_ids(f"A: {query}")]
        item = item + sep_inputs + self.get_input_ids(f"B: {document}")
        return item + sep_inputs + self.get_input_ids(self.prompt)

    def logit(self, query: str, document: str) -> float:
        return float(self.last(query, document)[self.get_input_ids("Yes")[0]])


def save_gemma(folder: Path) -> Path:
    """A random Gemma with one key head for all queries, as the 2B model has."""
    torch.manual_seed(5)
    tokenizer = qwen()
    tokenizer.add_special_tokens(["<bos>"])
    tokenizer.add_tokens(["Yes"])
    config = GemmaConfig(
        vocab_size=tokenizer.get_vocab_size(),
        hidden_size=64,
        num_hidden_layers=3,
        num_attention_heads=4,
        num_key_value_heads=1,
        head_dim=32,
        intermediate_size=128,
        max_position_embeddings=8192,
        initializer_range=0.2,
    )
    model = GemmaForCausalLM(config)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if "norm" in name:
                weight.uniform_(-0.5, 0.5)  # distances from 1
    model.save_pretrained(folder)
    tokenizer.save(str(folder / "tokenizer.json"))
    marks = {"bos_token": "<bos>", "eos_token": SPECIAL[2], "pad_token": SPECIAL[0]}
    settings = {"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": 8192, **marks}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))
    return folder


PUBLISHERS = {"mxbai": (save_mxbai, Mxbai), "bge-gemma": (save_gemma, FlagEmbedding)}


@pytest.fixture(scope="module", params=PUBLISHERS)
def published(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Any]:
    """(a folder, its publisher's code over it)."""
    save, package = PUBLISHERS[request.param]
    folder = save(tmp_path_factory.mktemp("hugging-face") / request.param)
    return folder, package(folder)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_mxbai(tmp_path_factory.mktemp("hugging-face") / "tiny-mxbai")


def test_ids_are_the_packages(published: tuple[Path, Any]) -> None:
    check_ids(*published, None)


def test_layers_that_the_config_does_not_name_are_refused(
    published: tuple[Path, Any], tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(published[0], tmp_path / "fewer"))
    config = json.loads((folder / "config.json").read_text()) | {"num_hidden_layers": 2}
    config.pop("layer_types", None)
    (folder / "config.json").write_text(json.dumps(config))
    with pytest.raises(ModelError, match=r"layers\.2\..*in no layer that config\.json names"):
        open_checkpoint(str(folder))


def test_ids_with_an_instruction(source: Path) -> None:
    check_ids(source, Mxbai(source), "Find the law that answers")


def check_ids(source: Path, package: Package, instruction: str | None) -> None:
    checkpoint = open_checkpoint(str(source), instruction=instruction)
    names = ("prompt", "padding", "max_tokens", "languages")
    manifest = Manifest.model_construct(**{name: getattr(checkpoint, name) for name in names})
    tokenizer = PairTokenizer(checkpoint.tokenizer, manifest)

    @settings(max_examples=100)
    @given(query=hard_texts, document=hard_texts)
    def check(query: str, document: str) -> None:
        pair = tokenizer.whole(tokenizer.query(query), document)
        assert pair.ids.tolist() == package.ids(query, document, instruction)

    check()


def test_logits_are_the_packages(published: tuple[Path, Any], tmp_path: Path) -> None:
    """With a limit that cuts none of the pairs: each package cuts in its own way."""
    source, package = published
    manifest = export(str(source), tmp_path / "model", max_tokens=8192)
    assert manifest is not None
    assert manifest.family == "yes-no-decoder"
    logits = Runner.open(tmp_path / "model", manifest, manifest.graphs["fp32"]).logits(PAIRS)
    expected = [package.logit(query, document) for query, document in PAIRS]
    assert logits == pytest.approx(expected, abs=1e-3)
    assert np.ptp(expected) > 0.5
    reference = open_checkpoint(str(source), max_tokens=8192).reference
    assert reference(PAIRS) == pytest.approx(expected, abs=1e-3)


def test_int8_keeps_what_is_new_in_the_network(published: tuple[Path, Any], tmp_path: Path) -> None:
    """Biases, scaled embeddings, norms around 1: without them the logits would be others."""
    source, _ = published
    export(str(source), tmp_path / "model")
    sample = tmp_path / "sample.jsonl"
    rows = [{"query": query, "document": document[:120]} for query, document in PAIRS]
    sample.write_text("\n".join(map(json.dumps, rows)) + "\n")
    spec = QuantizeSpec(("int8",), sample=sample, search=False, keep_fp32=True)
    quantize(tmp_path / "model", spec)
    manifest = Manifest.read(tmp_path / "model")
    exact, int8 = (
        Runner.open(tmp_path / "model", manifest, manifest.graphs[name]).logits(PAIRS)
        for name in ("fp32", "int8")
    )
    assert np.corrcoef(exact, int8)[0, 1] > 0.9


def test_an_instruction_that_the_prompt_has_no_place_for(tmp_path: Path) -> None:
    folder = save_gemma(tmp_path / "source")
    with pytest.raises(ModelError, match="is a model without instruction: leave that option out"):
        open_checkpoint(str(folder), instruction="Find it")


def test_texts_that_look_like_slots_are_texts(source: Path) -> None:
    pair = ("{document}", "{query} {instruction}")
    assert open_checkpoint(str(source)).reference([pair]) == pytest.approx(
        [Mxbai(source).logit(*pair)], abs=1e-3
    )


def test_a_sliding_window_is_refused(tmp_path: Path) -> None:
    folder = save_mxbai(
        tmp_path / "source", use_sliding_window=True, sliding_window=8, max_window_layers=1
    )
    with pytest.raises(ModelError, match="its layers use sliding_attention"):
        open_checkpoint(str(folder))


def test_a_limit_too_low_for_the_prompt(source: Path) -> None:
    with pytest.raises(ModelError, match=r"the prompt has .* tokens of its own; give at least"):
        open_checkpoint(str(source), max_tokens=64)
