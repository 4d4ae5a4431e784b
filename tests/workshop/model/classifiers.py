"""Tiny random rerankers with real tokenizers, saved as Hugging Face folders."""

import json
import math
from collections import Counter
from collections.abc import Callable, Iterable
from itertools import combinations
from pathlib import Path
from typing import Any

import torch
import transformers
from safetensors.torch import save_file
from tokenizers import (
    Regex,
    Tokenizer,
    decoders,
    models,
    normalizers,
    pre_tokenizers,
    processors,
    trainers,
)
from transformers import PretrainedConfig

from sidecar.workshop.model.canonical import PAIRS

TEXTS = [text for pair in PAIRS for text in pair]
SHAPE: dict[str, Any] = {
    "hidden_size": 32,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "intermediate_size": 64,
    "initializer_range": 0.3,  # so that pairs differ in their logits
    "num_labels": 1,
}


WORD_PIECE_MARKS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
UNIGRAM_MARKS = ("<s>", "<pad>", "</s>", "<unk>")


def frequent_parts(words: Iterable[str], inner: str = "") -> dict[str, int]:
    """The parts of the words with their counts: characters first, then the most frequent. A part
    that does not begin its word has `inner` before it.

    Not by WordPieceTrainer or UnigramTrainer: each process gets another vocabulary from them, and
    so another model.
    """
    counts: dict[int, Counter[str]] = {1: Counter(), 2: Counter()}
    for word in words:
        for start, end in combinations(range(len(word) + 1), 2):
            part = f"{inner if start else ''}{word[start:end]}"
            counts[min(end - start, 2)][part] += 1
    longer = sorted(counts[2].items(), key=lambda item: (-item[1], item[0]))
    return dict([*sorted(counts[1].items()), *longer])


def word_piece() -> Tokenizer:
    """BERT's uncased WordPiece."""
    normalizer = normalizers.BertNormalizer(lowercase=True)
    splitter = pre_tokenizers.BertPreTokenizer()
    words = [
        word
        for text in TEXTS
        for word, _ in splitter.pre_tokenize_str(normalizer.normalize_str(text))
    ]
    vocabulary = [*WORD_PIECE_MARKS, *frequent_parts(words, "##")][:600]
    ids = {piece: index for index, piece in enumerate(vocabulary)}
    tokenizer = Tokenizer(models.WordPiece(ids, unk_token="[UNK]"))
    tokenizer.normalizer, tokenizer.pre_tokenizer = normalizer, splitter
    tokenizer.decoder = decoders.WordPiece()
    tokenizer.add_special_tokens(list(WORD_PIECE_MARKS))
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", 2), ("[SEP]", 3)],
    )
    tokenizer.enable_truncation(7)  # published files hold such settings; they must not count
    tokenizer.enable_padding()
    return tokenizer


def unigram_pieces(size: int = 500) -> list[tuple[str, float]]:
    """The most frequent parts of the words of TEXTS, with their log shares."""
    words = [f"\u2581{word}" for text in TEXTS for word in text.split()]
    parts = list(frequent_parts(words).items())[: size - len(UNIGRAM_MARKS)]
    total = sum(count for _, count in parts)
    scored = [(part, math.log(count / total)) for part, count in parts]
    return [*((mark, 0.0) for mark in UNIGRAM_MARKS), *scored]


def unigram() -> Tokenizer:
    """XLM-R's: SentencePiece's normalisation, metaspaces, a Unigram model, two separators."""
    tokenizer = Tokenizer(models.Unigram(unigram_pieces(), unk_id=3))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()]
    )
    tokenizer.decoder = decoders.Metaspace()
    tokenizer.add_special_tokens(list(UNIGRAM_MARKS))
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>",
        pair="<s> $A </s> </s> $B </s>",
        special_tokens=[("<s>", 0), ("</s>", 2)],
    )
    return tokenizer


def byte_level() -> Tokenizer:
    """ModernBERT's: byte-level BPE between BERT's marks, no token types."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=600,
        special_tokens=["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(TEXTS, trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B [SEP]",
        special_tokens=[("[CLS]", 2), ("[SEP]", 3)],
    )
    return tokenizer


BERT_MARKS = {
    name: f"[{name.split('_')[0].upper()}]"
    for name in ("pad_token", "unk_token", "cls_token", "sep_token", "mask_token")
}
XLMR_MARKS = {
    "bos_token": "<s>",
    "cls_token": "<s>",
    "eos_token": "</s>",
    "sep_token": "</s>",
    "pad_token": "<pad>",
    "unk_token": "<unk>",
}


def save(folder: Path, config: PretrainedConfig, tokenizer: Tokenizer, **settings: Any) -> Path:
    """The folder that a hub model of this config and tokenizer would be."""
    torch.manual_seed(1)
    kind = getattr(transformers, config.architectures[0])
    kind(config).save_pretrained(folder)
    tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))
    (folder / "README.md").write_text("---\nlicense: apache-2.0\nlanguage: [en, de]\n---\n# Tiny\n")
    return folder


def classifier(name: str, tokenizer: Tokenizer, **settings: Any) -> PretrainedConfig:
    """The config of a small classifier of that kind ("Bert"); its shape is SHAPE but for
    `settings`."""
    kind: type[PretrainedConfig] = getattr(transformers, f"{name}Config")
    return kind(
        vocab_size=tokenizer.get_vocab_size(),
        architectures=[f"{name}ForSequenceClassification"],
        **SHAPE | settings,
    )


def save_bert(folder: Path, **changes: Any) -> Path:
    tokenizer = word_piece()
    config = classifier("Bert", tokenizer, **changes)
    marks = {"tokenizer_class": "BertTokenizer", "model_max_length": 512, **BERT_MARKS}
    return save(folder, config, tokenizer, **marks)


def save_xlm_roberta(folder: Path, **changes: Any) -> Path:
    tokenizer = unigram()
    positions = {"max_position_embeddings": 514, "type_vocab_size": 1}
    config = classifier("XLMRoberta", tokenizer, **positions | changes)
    return save(folder, config, tokenizer, tokenizer_class="XLMRobertaTokenizer", **XLMR_MARKS)


def save_modern_bert(folder: Path, **changes: Any) -> Path:
    tokenizer = byte_level()
    settings = {
        "max_position_embeddings": 1024,
        "local_attention": 16,  # far less than a pair: the sliding window is seen
        "global_attn_every_n_layers": 3,
        "classifier_pooling": "mean",
        "pad_token_id": 0,
    }
    config = classifier("ModernBert", tokenizer, **settings | changes)
    return save(
        folder,
        config,
        tokenizer,
        tokenizer_class="PreTrainedTokenizerFast",
        model_max_length=8192,
        model_input_names=["input_ids", "attention_mask"],
        **BERT_MARKS,
    )


def save_distil_bert(folder: Path) -> Path:
    tokenizer = word_piece()
    config = classifier("DistilBert", tokenizer, num_hidden_layers=2, hidden_dim=64)
    return save(folder, config, tokenizer, tokenizer_class="DistilBertTokenizer", **BERT_MARKS)


def save_electra(folder: Path) -> Path:
    tokenizer = word_piece()
    config = classifier("Electra", tokenizer, embedding_size=16)
    return save(folder, config, tokenizer, tokenizer_class="ElectraTokenizer", **BERT_MARKS)


def save_deberta(folder: Path) -> Path:
    """DeBERTa v3's settings: positions only as log-bucketed distances, added to attention."""
    tokenizer = unigram()
    config = classifier(
        "DebertaV2",
        tokenizer,
        relative_attention=True,
        position_buckets=16,
        pos_att_type=["p2c", "c2p"],
        norm_rel_ebd="layer_norm",
        share_att_key=True,
        type_vocab_size=0,
        position_biased_input=False,
        pad_token_id=1,
    )
    return save(folder, config, tokenizer, tokenizer_class="DebertaV2Tokenizer", **XLMR_MARKS)


def save_mpnet(folder: Path) -> Path:
    tokenizer = unigram()
    config = classifier("MPNet", tokenizer, max_position_embeddings=514)
    return save(folder, config, tokenizer, tokenizer_class="MPNetTokenizer", **XLMR_MARKS)


def save_modular(folder: Path, pooling: str = "cls", **changes: Any) -> Path:
    """A modular cross-encoder, as sentence-transformers saves one: the shape of Ettin's rerankers.

    ModernBERT, Pooling, Dense with GELU, LayerNorm, Dense to one number.
    """
    save_modern_bert(folder, **changes)
    config = transformers.AutoConfig.from_pretrained(folder)
    torch.manual_seed(1)
    transformers.AutoModel.from_config(config).save_pretrained(folder)
    width = config.hidden_size
    types = ("base.modules.transformer.Transformer", "sentence_transformer.modules.pooling.Pooling")
    dense, norm = "base.modules.dense.Dense", "sentence_transformer.modules.layer_norm.LayerNorm"
    configs: list[dict[str, Any]] = [
        {"embedding_dimension": width, "pooling_mode": pooling, "include_prompt": True},
        dense_config(width, width, "torch.nn.modules.activation.GELU", bias=False),
        {"dimension": width},
        dense_config(width, 1, "torch.nn.modules.linear.Identity", module_output_name="scores"),
    ]
    paths = ("", "1_Pooling", "2_Dense", "3_LayerNorm", "4_Dense")
    modules = [
        {"idx": i, "name": str(i), "path": path, "type": f"sentence_transformers.{kind}"}
        for i, (path, kind) in enumerate(zip(paths, (*types, dense, norm, dense), strict=True))
    ]
    (folder / "modules.json").write_text(json.dumps(modules))
    (folder / "config_sentence_transformers.json").write_text(
        json.dumps({"model_type": "CrossEncoder", "prompts": {}, "default_prompt_name": None})
    )
    bert_settings = {"transformer_task": "feature-extraction"}
    (folder / "sentence_bert_config.json").write_text(json.dumps(bert_settings))
    weights: list[dict[str, torch.Tensor]] = [
        {},
        {"linear.weight": torch.randn(width, width)},
        {"norm.weight": torch.rand(width) + 0.5, "norm.bias": torch.randn(width)},
        {"linear.weight": torch.randn(1, width) / 4, "linear.bias": torch.randn(1)},
    ]
    for path, module_config, tensors in zip(paths[1:], configs, weights, strict=True):
        (folder / path).mkdir()
        (folder / path / "config.json").write_text(json.dumps(module_config))
        if tensors:
            save_file(tensors, folder / path / "model.safetensors")
    return folder


def dense_config(width_in: int, width_out: int, activation: str, **settings: Any) -> dict[str, Any]:
    """The configuration of sentence-transformers' Dense."""
    sizes = {"in_features": width_in, "out_features": width_out, "bias": True}
    return {**sizes, "activation_function": activation, **settings}


SAVERS: dict[str, Callable[[Path], Path]] = {
    "bert": save_bert,
    "xlm-roberta": save_xlm_roberta,
    "modern-bert": save_modern_bert,
    "distil-bert": save_distil_bert,
    "electra": save_electra,
    "deberta": save_deberta,
    "mpnet": save_mpnet,
    "modular": save_modular,
}
