"""How a sentence encoder's folder says that texts are to be read."""

import sys
from collections.abc import Mapping
from pathlib import Path

from tokenizers import Tokenizer

from sidecar.errors import ModelError
from sidecar.runtime.encoding import TextKind
from sidecar.runtime.manifest import DOCUMENT, Prompt
from sidecar.workshop.model.families.module_list import read_object, read_settings
from sidecar.workshop.model.hub import SETTINGS
from sidecar.workshop.model.pretrained import CONFIG, read_config

TEXT_SETTINGS = "sentence_bert_config.json"
"""How sentence-transformers reads texts."""
PROMPT_NAMES: Mapping[TextKind, tuple[str, ...]] = {
    "query": ("query", "search_query", "s2p_query"),
    "document": ("document", "passage", "search_document"),
}
"""What sentence-transformers' settings call a kind's prefix."""


def read_text_prompt(tokenizer: Tokenizer, *, with_segments: bool) -> Prompt:
    """The tokenizer's template of one text: the tokens that it puts around it."""
    encoding = tokenizer.encode("a")
    pieces: list[str] = []
    for token, text in zip(encoding.tokens, encoding.sequence_ids, strict=True):
        piece = token if text is None else DOCUMENT
        if text is None or piece not in pieces:
            pieces.append(piece)
    segments = (0,) * len(pieces) if with_segments else None
    return Prompt(pieces=tuple(pieces), segments=segments)


def max_text_tokens(folder: Path) -> int:
    """The folder's own limit of a text; sys.maxsize where it sets none. Raises ModelError for what
    is no number."""
    limit = read_object(folder / TEXT_SETTINGS).get("max_seq_length") or sys.maxsize
    if not isinstance(limit, int) or limit < 0:
        raise ModelError(
            f"{folder / TEXT_SETTINGS}: max_seq_length {limit!r} is no number of tokens: set it to "
            "the longest text, or take it out"
        )
    return limit


def check_case(folder: Path, tokenizer: Tokenizer) -> None:
    """Raises ModelError if the framework lowers texts and the tokenizer alone does not."""
    lowers = read_object(folder / TEXT_SETTINGS).get("do_lower_case")
    if lowers and tokenizer.encode("A").ids != tokenizer.encode("a").ids:
        raise ModelError(
            f"{folder}: {TEXT_SETTINGS} lowers texts that its tokenizer does not: not read here"
        )


def read_prefixes(folder: Path, given: Mapping[TextKind, str | None]) -> dict[TextKind, str]:
    """The prefixes of the kinds that have one; those given replace the folder's."""
    settings = read_settings(folder)
    prompts = settings.get("prompts") or {}
    if not isinstance(prompts, dict):
        raise ModelError(f"{folder / SETTINGS}: `prompts` is no object of prefixes")
    default = prompts.get(settings.get("default_prompt_name") or "")
    found: dict[TextKind, str] = {}
    for kind, names in PROMPT_NAMES.items():
        prefix = next((prompts[name] for name in names if name in prompts), default)
        prefix = prefix if given[kind] is None else given[kind]
        if prefix:
            found[kind] = str(prefix)
    return found


def read_matryoshka(folder: Path, given: str | None) -> tuple[int, ...]:
    """The smaller sizes that the encoder was trained for; those given replace the config's. Raises
    ModelError for a size that is no number."""
    listed = read_config(folder).get("matryoshka_dimensions") or []
    if given is None:
        if not isinstance(listed, list) or not all(isinstance(size, int) for size in listed):
            raise ModelError(f"{folder / CONFIG}: matryoshka_dimensions lists no whole numbers")
        return tuple(sorted(set(listed))[:-1])  # the last is the whole vector
    try:
        return tuple(sorted({int(size) for size in given.split(",")}))
    except ValueError:
        raise ModelError(f"--matryoshka {given}: whole numbers separated by commas") from None
