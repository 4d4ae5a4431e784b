"""Which pieces of a vocabulary stay, and the tokenizer with these alone.

A tokenizer is its `tokenizer.json` as a dictionary. WordPiece (BERT) and Unigram (XLM-R) can be
made smaller: both split a word whose pieces are gone into smaller ones. A BPE cannot, since each
of its merges needs all those before it.
"""

import copy
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sidecar.errors import ModelError

METASPACE = "\u2581"
"""Unigram's sign of a word's beginning."""

State = dict[str, Any]
Usage = dict[int, float]
"""Ids with their counts or frequencies."""


def pieces(state: State) -> dict[int, str]:
    """The pieces by id. Raises ModelError when the vocabulary cannot be made smaller."""
    model = state["model"]
    if model["type"] == "WordPiece":
        return {index: piece for piece, index in model["vocab"].items()}
    if model["type"] == "Unigram":
        return {index: piece for index, (piece, _) in enumerate(model["vocab"])}
    raise ModelError(
        f"its tokenizer is a {model['type']}: only a WordPiece or a Unigram vocabulary can be made "
        "smaller"
    )


def kept_ids(state: State, usages: Sequence[Usage], count: int) -> list[int]:
    """The ids of `count` pieces to keep, in their old order.

    Special tokens and single characters stay, so that no text becomes unreadable. The others are
    ranked by the mean over the usages of their share in each, so that no language counts more for
    having more text. Raises ModelError when `count` is too low, or as `pieces`.
    """
    names = pieces(state)
    prefix = state["model"].get("continuing_subword_prefix") or METASPACE
    required = {token["id"] for token in state["added_tokens"]}
    required |= {index for index, name in names.items() if len(name.removeprefix(prefix)) <= 1}
    if (unknown := state["model"].get("unk_id")) is not None:
        required.add(unknown)
    if count < len(required):
        raise ModelError(
            f"{count} pieces are too few: special tokens and single characters are {len(required)}"
        )
    shares: Usage = defaultdict(float)
    for usage in usages:
        total = sum(usage.values()) or 1
        for index, times in usage.items():
            shares[index] += times / total
    frequent = sorted(shares.keys() - required, key=lambda index: (-shares[index], index))
    return sorted(required | set(frequent[: count - len(required)]))


def with_pieces(state: State, kept: Sequence[int]) -> State:
    """The tokenizer with these pieces, numbered anew in the order of `kept`."""
    smaller = copy.deepcopy(state)
    model = smaller["model"]
    new_ids = {old: new for new, old in enumerate(kept)}
    if model["type"] == "Unigram":
        model["vocab"] = [model["vocab"][old] for old in kept]
        if model.get("unk_id") is not None:
            model["unk_id"] = new_ids[model["unk_id"]]
    else:
        names = pieces(state)
        model["vocab"] = {names[old]: new for old, new in new_ids.items()}
    for token in smaller["added_tokens"]:
        token["id"] = new_ids[token["id"]]
    template = smaller.get("post_processor") or {}
    for token in (template.get("special_tokens") or {}).values():
        token["ids"] = [new_ids[i] for i in token["ids"]]
    for key in ("sep", "cls"):
        if isinstance(pair := template.get(key), list):
            pair[1] = new_ids[pair[1]]
    return smaller
