"""Published rerankers' shapes with random weights, as Hugging Face folders.

The tokenizers are small ones of the same kind, with little more than what the canonical pairs need:
speed depends on the number of ids, not on what they mean.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from tokenizers import (
    AddedToken,
    Regex,
    Tokenizer,
    models,
    normalizers,
    pre_tokenizers,
    processors,
    trainers,
)
from transformers import (
    BertConfig,
    BertForSequenceClassification,
    ModernBertConfig,
    ModernBertModel,
    Qwen3Config,
    Qwen3ForCausalLM,
)
from transformers.models.qwen2.tokenization_qwen2 import PRETOKENIZE_REGEX

from sidecar.workshop.model.canonical import PAIRS
from sidecar.workshop.model.families.decoder import INSTRUCTION, PREFIX, SUFFIX

QWEN_MARKS = ("<|endoftext|>", "<|im_start|>", "<|im_end|>", "<think>", "</think>")
BERT_MARKS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
TEXTS = [text for pair in PAIRS for text in pair]


@dataclass(frozen=True)
class Shape:
    """A model's shape."""

    save: Callable[[Path], None]
    """Writes a Hugging Face folder."""
    vocabulary: int
    """Ids below this one have a row in the embeddings."""


def save_qwen3(folder: Path, vocabulary: int, layers: int, hidden: int, inner: int) -> None:
    """A Qwen3-Reranker, in bfloat16 as the published weights."""
    heads = hidden // 64
    config = Qwen3Config(
        vocab_size=vocabulary,
        hidden_size=hidden,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        num_key_value_heads=max(1, heads // 2),
        head_dim=128,
        intermediate_size=inner,
        max_position_embeddings=40_960,
        rope_parameters={"rope_type": "default", "rope_theta": 1_000_000.0},
        tie_word_embeddings=True,
        dtype="bfloat16",
    )
    Qwen3ForCausalLM._from_config(config, dtype=torch.bfloat16).save_pretrained(folder)
    _save_tokenizer(folder, _qwen_tokenizer(), "Qwen2Tokenizer", pad_token=QWEN_MARKS[0])


def save_minilm(folder: Path, vocabulary: int, layers: int) -> None:
    """An ms-marco-MiniLM: BERT of width 384 with one label."""
    config = BertConfig(
        vocab_size=vocabulary,
        hidden_size=384,
        num_hidden_layers=layers,
        num_attention_heads=12,
        intermediate_size=1536,
        num_labels=1,
    )
    BertForSequenceClassification(config).save_pretrained(folder)
    _save_tokenizer(folder, _bert_tokenizer(), "PreTrainedTokenizerFast", **_bert_marks())


def save_ettin(
    folder: Path, vocabulary: int, layers: int, hidden: int, inner: int, heads: int
) -> None:
    """An Ettin reranker: ModernBERT, and a head of modules."""
    config = ModernBertConfig(
        vocab_size=vocabulary,
        hidden_size=hidden,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        intermediate_size=inner,
        max_position_embeddings=7999,
        local_attention=128,
        global_attn_every_n_layers=3,
        pad_token_id=0,
    )
    ModernBertModel(config).save_pretrained(folder)
    _save_tokenizer(
        folder,
        _bert_tokenizer(),
        "PreTrainedTokenizerFast",
        model_max_length=7999,
        model_input_names=["input_ids", "attention_mask"],
        **_bert_marks(),
    )
    dense = {"in_features": hidden, "out_features": hidden, "bias": False}
    gelu, identity = "torch.nn.modules.activation.GELU", "torch.nn.modules.linear.Identity"
    scores = {"in_features": hidden, "out_features": 1, "module_output_name": "scores"}
    last = {"linear.weight": torch.randn(1, hidden) / 16, "linear.bias": torch.zeros(1)}
    head: list[tuple[str, dict[str, Any], dict[str, torch.Tensor]]] = [
        ("1_Pooling", {"embedding_dimension": hidden, "pooling_mode": "cls"}, {}),
        (
            "2_Dense",
            {**dense, "activation_function": gelu},
            {"linear.weight": torch.randn(hidden, hidden) / 16},
        ),
        (
            "3_LayerNorm",
            {"dimension": hidden},
            {"norm.weight": torch.ones(hidden), "norm.bias": torch.zeros(hidden)},
        ),
        ("4_Dense", {**scores, "activation_function": identity}, last),
    ]
    modules = [{"idx": 0, "path": "", "type": "sentence_transformers.Transformer"}]
    for index, (path, settings, weights) in enumerate(head, 1):
        (folder / path).mkdir()
        (folder / path / "config.json").write_text(json.dumps(settings))
        if weights:
            save_file(weights, folder / path / "model.safetensors")
        kind = f"sentence_transformers.{path.partition('_')[2]}"
        modules.append({"idx": index, "path": path, "type": kind})
    (folder / "modules.json").write_text(json.dumps(modules))
    settings = {"model_type": "CrossEncoder"}
    (folder / "config_sentence_transformers.json").write_text(json.dumps(settings))


def _save_tokenizer(folder: Path, tokenizer: Tokenizer, kind: str, **settings: Any) -> None:
    tokenizer.save(str(folder / "tokenizer.json"))
    text = json.dumps({"tokenizer_class": kind, **settings})
    (folder / "tokenizer_config.json").write_text(text)


def _bert_marks() -> dict[str, str]:
    names = ("pad_token", "unk_token", "cls_token", "sep_token", "mask_token")
    return dict(zip(names, BERT_MARKS, strict=True))


def _bert_tokenizer() -> Tokenizer:
    """Words of the canonical pairs between BERT's marks."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=2000,
        special_tokens=list(BERT_MARKS),
        initial_alphabet=alphabet,
        show_progress=False,
    )
    tokenizer.train_from_iterator(TEXTS, trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", 2), ("[SEP]", 3)],
    )
    return tokenizer


def _qwen_tokenizer() -> Tokenizer:
    """Qwen's kind of tokenizer with the words of the prompt and the canonical pairs."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(PRETOKENIZE_REGEX), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=4000, initial_alphabet=alphabet, show_progress=False)
    tokenizer.train_from_iterator(
        [PREFIX, INSTRUCTION, SUFFIX, "yes\n", "no\n", *TEXTS] * 3, trainer
    )
    tokenizer.add_special_tokens([AddedToken(mark, special=True) for mark in QWEN_MARKS])
    return tokenizer


def _ettin(layers: int, hidden: int, inner: int, heads: int) -> Shape:
    vocabulary = 50_368
    save = partial(
        save_ettin, vocabulary=vocabulary, layers=layers, hidden=hidden, inner=inner, heads=heads
    )
    return Shape(save, vocabulary)


SHAPES = {
    "minilm-l6": Shape(partial(save_minilm, vocabulary=30_522, layers=6), 30_522),
    "minilm-l12": Shape(partial(save_minilm, vocabulary=30_522, layers=12), 30_522),
    "ettin-17m": _ettin(7, 256, 384, 4),
    "ettin-32m": _ettin(10, 384, 576, 6),
    "ettin-68m": _ettin(19, 512, 768, 8),
    "ettin-150m": _ettin(22, 768, 1152, 12),
    "qwen3-0.6b": Shape(
        partial(save_qwen3, vocabulary=151_669, layers=28, hidden=1024, inner=3072), 151_669
    ),
}
"""By name. Layers, widths and heads are those of the published models."""
