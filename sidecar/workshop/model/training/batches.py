"""Groups -> padded tensors, batched by length so that little of a batch is padding."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from sidecar.errors import InputTooLong, ModelError
from sidecar.runtime.runs import batch
from sidecar.workshop.model.checkpoint import Checkpoint
from sidecar.workshop.model.training.group import Group

BATCHES_PER_SORT = 16
"""Groups are sorted by length within this many batches at a time."""


@dataclass(frozen=True)
class Batch:
    """Groups as the network reads them."""

    groups: list[Group]
    inputs: tuple[Tensor, ...]
    """The network's arguments, each [pairs, tokens]; a group's pairs are consecutive."""


class Batches:
    """Batches and tokenises groups of equal size for one network, as the service would."""

    def __init__(self, checkpoint: Checkpoint, max_tokens: int, groups_per_batch: int) -> None:
        limit = min(max_tokens, checkpoint.max_tokens)
        self._tokenizer = replace(checkpoint, max_tokens=limit).pair_tokenizer()
        self._padding = checkpoint.padding
        self._inputs = checkpoint.inputs
        self._size = groups_per_batch

    def usable(self, groups: Sequence[Group]) -> list[Group]:
        """The groups without those whose query leaves no room for a document."""
        return [group for group in groups if self._fits(group.query)]

    def trainable(self, groups: Sequence[Group]) -> list[Group]:
        """As `usable`. Raises ModelError when none of several groups is left."""
        usable = self.usable(groups)
        if groups and not usable:
            raise ModelError("no query leaves room for a document: raise --max-tokens")
        return usable

    def cut(self, groups: Sequence[Group], seed: int) -> list[list[Group]]:
        """The groups in batches of similar length, with the order of batches shuffled."""
        batches: list[list[Group]] = []
        size = self._size * BATCHES_PER_SORT
        for first_index in range(0, len(groups), size):
            sorted_groups = sorted(groups[first_index : first_index + size], key=self._longest)
            chunks = [
                sorted_groups[i : i + self._size] for i in range(0, len(sorted_groups), self._size)
            ]
            random.Random(seed + first_index).shuffle(chunks)
            batches += chunks
        return batches

    def tensors(self, batches: Sequence[list[Group]]) -> Iterator[Batch]:
        """The batches as tensors, made one by one."""
        for groups in batches:
            pairs = []
            for group in groups:
                query = self._tokenizer.query(group.query)
                pairs += [self._tokenizer.whole(query, text) for text in group.documents]
            arrays = batch(pairs, self._padding, self._tokenizer.pad_id)
            inputs = tuple(torch.from_numpy(getattr(arrays, name)) for name in self._inputs)
            yield Batch(groups, inputs)

    def _fits(self, query: str) -> bool:
        try:
            self._tokenizer.query(query)
        except InputTooLong:
            return False
        return True

    def _longest(self, group: Group) -> int:
        return max(map(len, self._tokenizer.encode(group.documents)))
