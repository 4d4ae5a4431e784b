"""Qwen's kind of tokenizer, small: byte-level BPE behind its pre-tokeniser, with its added tokens.

Also the prompt of Qwen3-Reranker as a manifest has it, and texts that are hard at its seams.
"""

import random

from hypothesis import strategies as st
from tokenizers import AddedToken, Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers

from sidecar.runtime.manifest import Manifest, Padding, Prompt
from sidecar.runtime.tokenizer import PairTokenizer

PRETOKENIZER = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
SPECIAL = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
ADDED = ("<think>", "</think>")
"""Added tokens that are not special, as in Qwen3."""
WORDS = tuple(
    "what is the yes no document query kettle rent lease court 東京 größe 12 2024".split()
)
SEAMS = tuple("\n|\n\n| \n|?\n|?\n\n|.\n\n|:\n| |  |\t|) |? |!|\r\n".split("|"))
PREFIX = "<|im_start|>user\nAnswer yes or no.<|im_end|>\n"
SUFFIX = "<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n"


def bpe(vocabulary: int = 900) -> Tokenizer:
    """A tokenizer whose merges lie at a prompt's seams ("?\\n\\n", " what"), without added tokens.

    Lines begin with yes and no, so that both become tokens of their own; a vocabulary of 270 has no
    room for them.
    """
    chance = random.Random(3)
    lines = [
        "".join(chance.choice(WORDS) + chance.choice(SEAMS) for _ in range(12)) for _ in range(400)
    ]
    prompt = "<Instruct>: what\n<Query>: is\n\n<Document>: the"
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(PRETOKENIZER), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary, initial_alphabet=alphabet, show_progress=False
    )
    tokenizer.train_from_iterator([*lines, *(["yes\n", "no\n", prompt] * 40)], trainer)
    return tokenizer


def qwen(vocabulary: int = 900) -> Tokenizer:
    """`bpe()` with Qwen's added tokens."""
    tokenizer = bpe(vocabulary)
    tokenizer.add_special_tokens([AddedToken(text, special=True) for text in SPECIAL])
    tokenizer.add_tokens([AddedToken(text, normalized=False) for text in ADDED])
    return tokenizer


def head(separator: str) -> str:
    """All that stands before the document in the user's turn, with the slots."""
    return separator.join(("<Instruct>: {instruction}", "<Query>: {query}", "<Document>:"))


def pair_tokenizer(
    shipped: Manifest, separator: str = "\n", max_tokens: int = 512
) -> PairTokenizer:
    """The tokenizer of a small decoder; what a prompt does not say is the shipped manifest's."""
    prompt = Prompt(pieces=(PREFIX, head(separator), " {document}", SUFFIX), instruction="Find it")
    padding = Padding(token="<|endoftext|>")
    update = {"prompt": prompt, "padding": padding, "max_tokens": max_tokens}
    return PairTokenizer(qwen(), shipped.model_copy(update=update))


_HARD = [*WORDS, *SEAMS, *"\n \t\r?!.:<>|'{}[]_-…。\u00a0\u3000\u200d\u0301\u0327\u1161\u1112e👍🏽"]
hard_texts = st.one_of(
    st.lists(st.sampled_from(_HARD), max_size=12).map("".join),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
)
