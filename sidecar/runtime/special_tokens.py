"""A tokenizer's special tokens, which a text must not be able to spell."""

import json
from typing import Any

from tokenizers import AddedToken, Tokenizer
from tokenizers.models import Unigram


def unknown_id(tokenizer: Tokenizer) -> int | None:
    """The id of what the vocabulary lacks; byte-level tokenizers lack nothing."""
    name = getattr(tokenizer.model, "unk_token", None) or "<unk>"
    token_id: int | None = tokenizer.token_to_id(name)
    return token_id


def for_texts(tokenizer: Tokenizer, marks: set[int]) -> Tokenizer:
    """The tokenizer for what users write: a special token that is spelled out is text.

    So no document closes its own turn, or opens another. The frameworks read such a text as the
    token; there the ids differ from theirs, on purpose. `marks` are the ids of the prompt's own
    pieces: added tokens among them (Qwen's <think> is one, but no special one) count as special.
    """
    added = tokenizer.get_added_tokens_decoder()
    if isinstance(tokenizer.model, Unigram):
        names = {token.content for token in added.values() if token.special}
        return Tokenizer.from_str(json.dumps(_unspellable(json.loads(tokenizer.to_str()), names)))
    own = [added[i].content for i in sorted(marks & added.keys()) if not added[i].special]
    tokenizer.add_special_tokens([AddedToken(content, special=True) for content in own])
    tokenizer.encode_special_tokens = True
    return tokenizer


def _unspellable(state: dict[str, Any], names: set[str]) -> dict[str, Any]:
    """A Unigram tokenizer's state, with the special tokens `names` out of any text's reach.

    They are pieces of the model too, which finds them in a text as any other piece, and better.
    Under a name with a space, which its pre-tokeniser leaves in no text, it finds none.
    """
    vocabulary = [
        [f" {piece}" if piece in names else piece, score]
        for piece, score in state["model"]["vocab"]
    ]
    added_tokens = [token for token in state["added_tokens"] if token["content"] not in names]
    model = state["model"] | {"vocab": vocabulary}
    return state | {"model": model, "added_tokens": added_tokens, "post_processor": None}
