"""Tiny random late-interaction rerankers over the tests' encoders."""

import json
import math
from pathlib import Path

import torch
import transformers
from tokenizers import Tokenizer

from sidecar.workshop.model.families.cosine_head_prompt import Prefixes, write_prefixes
from sidecar.workshop.model.families.late_interaction import count_prefix_pieces
from sidecar.workshop.model.families.late_interaction_network import LateInteraction
from tests.workshop.model.classifiers import (
    BERT_MARKS,
    SHAPE,
    XLMR_MARKS,
    save,
    unigram,
    word_piece,
)

FEATURES = ("cosine", "maxsim:3", "maxsim:1", "lexical")
E5 = Prefixes("query: ", "passage: ")
WEIGHTS = (3.0, 4.0, -2.0, 1.5)


def save_unigram_encoder(folder: Path) -> Path:
    """As multilingual-e5-small: BERT's network with XLM-R's tokenizer."""
    return _save_encoder(folder, unigram(), **XLMR_MARKS)


def save_word_piece_encoder(folder: Path) -> Path:
    """As MiniLM and E5 for English."""
    return _save_encoder(folder, word_piece(), **BERT_MARKS)


def _save_encoder(folder: Path, tokenizer: Tokenizer, **marks: str) -> Path:
    config = transformers.BertConfig(
        vocab_size=tokenizer.get_vocab_size(), architectures=["BertModel"], **SHAPE
    )
    return save(folder, config, tokenizer, **marks)


def save_late_interaction(
    encoder: Path,
    folder: Path,
    features: tuple[str, ...] = FEATURES,
    prefixes: Prefixes = E5,
    weights: tuple[float, ...] = WEIGHTS,
) -> Path:
    """A checkpoint as `model fit-head` leaves it, with random means and information."""
    tokenizer = Tokenizer.from_file(str(encoder / "tokenizer.json"))
    bert = transformers.BertModel.from_pretrained(encoder, add_pooling_layer=False)
    network = LateInteraction(bert, features, count_prefix_pieces(tokenizer, prefixes))
    torch.manual_seed(3)
    network.information.uniform_(1, 11)
    network.mean_vector.normal_(0, 0.1)
    network.mean_states.normal_(0, 0.1)
    network.weight.data = torch.tensor(weights)
    network.bias.data.fill_(-math.e)
    network.save(folder)
    write_prefixes(prefixes, folder)
    tokenizer.save(str(folder / "tokenizer.json"))
    summary = {"temperature": 1.25, "bias": 0.5, "languages": ["en", "zh"], "licence": "MIT"}
    rows = [{"name": "made", "licence": "CC0", "rows": 9}]
    (folder / "train.json").write_text(json.dumps(summary | {"collections": rows}))
    return folder
