"""Small random Qwen3 rerankers with real heads (128 wide, grouped, normed), and the card's code.

The model card's code is written out here as it is published, and shares nothing with ours.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from transformers import (
    AutoTokenizer,
    PreTrainedModel,
    Qwen3Config,
    Qwen3ForCausalLM,
    Qwen3ForSequenceClassification,
)

from tests.runtime.qwen import SPECIAL, qwen

# Small products, and other work on the cores: a second thread is only waited for.
torch.set_num_threads(1)
INSTRUCTION = "Given a web search query, retrieve relevant passages that answer the query"


def save_decoder(folder: Path, vocabulary: int = 900, labels: int = 0, **changes: Any) -> Path:
    """A random Qwen3 in `folder`: the original for no labels, else with a classification head."""
    torch.manual_seed(5)
    tokenizer = qwen(vocabulary)
    settings: dict[str, Any] = {
        "vocab_size": tokenizer.get_vocab_size() + 3,  # more rows than tokens, as in Qwen3
        "hidden_size": 64,
        "num_hidden_layers": 3,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "head_dim": 128,
        "intermediate_size": 128,
        "max_position_embeddings": 40_960,
        "rope_parameters": {"rope_type": "default", "rope_theta": 1_000_000.0},
        "initializer_range": 0.2,  # so that pairs differ in their logits
        "tie_word_embeddings": True,
        "num_labels": labels or 2,
        "pad_token_id": tokenizer.token_to_id("<|endoftext|>"),
    }
    config = Qwen3Config(**settings | changes)
    model = Qwen3ForSequenceClassification(config) if labels else Qwen3ForCausalLM(config)
    with torch.no_grad():  # norms that differ by feature, as trained ones do
        for name, weight in model.named_parameters():
            if "norm" in name:
                weight.uniform_(0.5, 1.5)
    model.save_pretrained(folder)
    tokenizer.save(str(folder / "tokenizer.json"))
    marks = {"eos_token": SPECIAL[2], "pad_token": SPECIAL[0], "model_max_length": 131_072}
    (folder / "tokenizer_config.json").write_text(
        json.dumps({"tokenizer_class": "Qwen2Tokenizer", **marks})
    )
    return folder


def save_converted(original: Path, folder: Path) -> Path:
    """The original with one label in place of its vocabulary, as the published conversions."""
    decoder = Qwen3ForCausalLM.from_pretrained(original)
    tokenizer = AutoTokenizer.from_pretrained(original)
    config = Qwen3Config.from_pretrained(original, num_labels=1)
    model = Qwen3ForSequenceClassification(config)
    model.model.load_state_dict(decoder.model.state_dict())
    rows = decoder.lm_head.weight
    yes, no = (tokenizer.convert_tokens_to_ids(word) for word in ("yes", "no"))
    model.score.weight.data = (rows[yes] - rows[no]).detach().unsqueeze(0)
    model.save_pretrained(folder)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (folder / name).write_bytes((original / name).read_bytes())
    return folder


class Card:
    """The model card's scoring by transformers."""

    def __init__(self, folder: Path, separator: str = "\n", max_length: int = 8192) -> None:
        self.tokenizer = AutoTokenizer.from_pretrained(folder, padding_side="left")
        kind: type[PreTrainedModel] = Qwen3ForCausalLM
        if "SequenceClassification" in (folder / "config.json").read_text():
            kind = Qwen3ForSequenceClassification
        self.model = kind.from_pretrained(folder).eval()
        self.token_false_id = self.tokenizer.convert_tokens_to_ids("no")
        self.token_true_id = self.tokenizer.convert_tokens_to_ids("yes")
        self.separator = separator
        self.max_length = max_length
        prefix = '<|im_start|>system\nJudge whether the Document meets the requirements based on the Query and the Instruct provided. Note that the answer can only be "yes" or "no".<|im_end|>\n<|im_start|>user\n'  # noqa: E501
        suffix = "<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n"
        self.prefix_tokens = self.tokenizer.encode(prefix, add_special_tokens=False)
        self.suffix_tokens = self.tokenizer.encode(suffix, add_special_tokens=False)

    def format_instruction(self, instruction: str | None, query: str, doc: str) -> str:
        if instruction is None:
            instruction = INSTRUCTION
        s = self.separator
        return f"<Instruct>: {instruction}{s}<Query>: {query}{s}<Document>: {doc}"

    def process_inputs(self, pairs: list[str]) -> dict[str, Any]:
        room = self.max_length - len(self.prefix_tokens) - len(self.suffix_tokens)
        inputs = self.tokenizer(
            pairs,
            padding=False,
            truncation="longest_first",
            return_attention_mask=False,
            max_length=room,
        )
        for i, ele in enumerate(inputs["input_ids"]):
            inputs["input_ids"][i] = self.prefix_tokens + ele + self.suffix_tokens
        return dict(inputs)

    def ids(self, query: str, document: str, instruction: str | None = None) -> list[int]:
        inputs = self.process_inputs([self.format_instruction(instruction, query, document)])
        ids: list[int] = inputs["input_ids"][0]
        return ids

    @torch.no_grad()
    def scores(
        self, pairs: Sequence[tuple[str, str]], instruction: str | None = None
    ) -> list[float]:
        """Probability of "yes" per pair, all in one run padded on the left."""
        texts = [self.format_instruction(instruction, *pair) for pair in pairs]
        inputs = self.tokenizer.pad(self.process_inputs(texts), padding=True, return_tensors="pt")
        inputs = {name: inputs[name] for name in ("input_ids", "attention_mask")}
        if isinstance(self.model, Qwen3ForSequenceClassification):
            scores: list[float] = torch.sigmoid(self.model(**inputs).logits[:, 0]).tolist()
            return scores
        batch_scores = self.model(**inputs, logits_to_keep=1).logits[:, -1, :]
        true_vector = batch_scores[:, self.token_true_id]
        false_vector = batch_scores[:, self.token_false_id]
        stacked = torch.nn.functional.log_softmax(
            torch.stack([false_vector, true_vector], dim=1), dim=1
        )
        scores = stacked[:, 1].exp().tolist()
        return scores
