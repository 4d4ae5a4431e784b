"""Groups to padded tensors, by length, so that little of a batch is padding."""

import random
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from tokenizers import Tokenizer
from torch import Tensor

from sidecar.build.data import Group

MAX_TOKENS = 208
"""A clause question has 40 tokens and its passage often 200: 128 would cut the answer away."""
QUERY_TOKENS = 64
GROUPS_PER_BATCH = 6
WINDOW = 16
"""Batches are cut from so many batches' groups, sorted by length."""


@dataclass(frozen=True)
class Batch:
    groups: list[Group]
    input_ids: Tensor
    attention_mask: Tensor
    token_type_ids: Tensor

    @property
    def inputs(self) -> tuple[Tensor, Tensor, Tensor]:
        return self.input_ids, self.attention_mask, self.token_type_ids


def encode(tokenizer: Tokenizer, query: str, document: str, limit: int) -> tuple[list[int], int]:
    """(ids of [CLS] query [SEP] document [SEP], how many of them are the query's part)."""
    cls, sep = tokenizer.token_to_id("[CLS]"), tokenizer.token_to_id("[SEP]")
    if cls is None or sep is None:
        raise ValueError("the tokenizer has no [CLS] or no [SEP]: it is not BERT's")
    left = [cls, *tokenizer.encode(query, add_special_tokens=False).ids[:QUERY_TOKENS], sep]
    right = tokenizer.encode(document, add_special_tokens=False).ids[: limit - len(left) - 1]
    return [*left, *right, sep], len(left)


def pad(pairs: list[tuple[list[int], int]]) -> tuple[Tensor, Tensor, Tensor]:
    """Right-padded (input_ids, attention_mask, token_type_ids) of encoded pairs."""
    longest = max(len(ids) for ids, _ in pairs)
    ids, mask, types = (torch.zeros(len(pairs), longest, dtype=torch.long) for _ in range(3))
    for i, (one, left) in enumerate(pairs):
        ids[i, : len(one)] = torch.tensor(one)
        mask[i, : len(one)] = 1
        types[i, left : len(one)] = 1
    return ids, mask, types


def batches(groups: list[Group], tokenizer: Tokenizer, seed: int) -> list[list[Group]]:
    """The groups cut into batches of similar length, the batches' order shuffled."""

    def longest(group: Group) -> int:
        return max(len(tokenizer.encode(text).ids) for text in group.documents)

    cut = []
    size = GROUPS_PER_BATCH * WINDOW
    for start in range(0, len(groups), size):
        window = sorted(groups[start : start + size], key=longest)
        parts = [window[i : i + GROUPS_PER_BATCH] for i in range(0, len(window), GROUPS_PER_BATCH)]
        random.Random(seed + start).shuffle(parts)
        cut += parts
    return cut


def tensors(cut: list[list[Group]], tokenizer: Tokenizer) -> Iterator[Batch]:
    for groups in cut:
        pairs = [encode(tokenizer, g.query, d, MAX_TOKENS) for g in groups for d in g.documents]
        yield Batch(groups, *pad(pairs))
