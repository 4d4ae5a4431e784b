"""How much a piece of a vocabulary says: the rarer it is, the more."""

import json
import math
from collections import Counter
from collections.abc import Sequence

import torch
from tokenizers import Tokenizer
from tokenizers.models import Unigram
from torch import Tensor

LEAST, MOST = 4.0, 14.0
"""Of -log(share): below it are marks and the commonest pieces, beyond it only rare names."""
COMMON = 1.0
"""Of the commonest pieces."""


def information(tokenizer: Tokenizer, texts: Sequence[str], size: int) -> Tensor:
    """Per id of `size` ids, from COMMON to COMMON + MOST - LEAST.

    By the shares that a Unigram tokenizer has learned; of another one by the counts of its pieces
    in the texts. An id that the tokenizer does not have counts as common.
    """
    if isinstance(tokenizer.model, Unigram):
        vocabulary = json.loads(tokenizer.to_str())["model"]["vocab"]
        logs = {place: -score for place, (_, score) in enumerate(vocabulary)}
    else:
        logs = _by_counts(tokenizer, texts)
    values = torch.full((size,), LEAST)
    for place, log in logs.items():
        if place < size:
            values[place] = log
    return values.clamp(LEAST, MOST) - LEAST + COMMON


def _by_counts(tokenizer: Tokenizer, texts: Sequence[str]) -> dict[int, float]:
    """-log(share), each piece counted once more than it occurs."""
    encodings = tokenizer.encode_batch(list(texts), add_special_tokens=False)
    counts = Counter(place for encoding in encodings for place in encoding.ids)
    total = counts.total() + tokenizer.get_vocab_size()
    return {
        place: math.log(total / (counts[place] + 1)) for place in tokenizer.get_vocab().values()
    }
