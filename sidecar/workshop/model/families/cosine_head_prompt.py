"""The prompt of a cross-encoder that was a sentence encoder: its marks, and prefixes of its texts.

Some encoders were trained to read "query: " and "passage: " before their texts (E5), and the pair
keeps them. In a folder they stand where sentence-transformers has them: as `prompts` in
`config_sentence_transformers.json`.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer

from sidecar.errors import ModelError
from sidecar.runtime.manifest import DOCUMENT, Padding, Prompt
from sidecar.workshop.model.hub import SETTINGS
from sidecar.workshop.model.pretrained import COPY_AGAIN

QUERY = "{query}"
PASSAGE_KEYS = ("document", "passage", "corpus")
"""Names of a passage's prompt, as sentence-transformers looks for them."""
SEGMENTS = (0, 0, 0, 1, 1)
"""The network finds the query's and the passage's tokens by them."""
SEGMENTS_OF_TEXTS = (0, 0, 0, 1, 1, 1)
"""Where each text has its own marks."""
PADDING_TOKENS = ("[PAD]", "<pad>")


@dataclass(frozen=True)
class Prefixes:
    """What stands before every query and every passage."""

    query: str = ""
    passage: str = ""


NO_PREFIXES = Prefixes()


def prompt_of(tokenizer: Tokenizer, prefixes: Prefixes) -> Prompt:
    """The pair: the marks that the tokenizer puts around one text, the last one between two texts.

    Raises ModelError when it does not put one mark before a text and one behind it.
    """
    first, last = _marks_of(tokenizer)
    query, passage = prefixes.query + QUERY, prefixes.passage + DOCUMENT
    return Prompt(pieces=(first, query, last, passage, last), segments=SEGMENTS)


def prompt_of_texts(tokenizer: Tokenizer, prefixes: Prefixes) -> Prompt:
    """The pair as two texts, each with the marks that the tokenizer puts around it.

    Raises ModelError as `prompt_of`.
    """
    first, last = _marks_of(tokenizer)
    query, passage = prefixes.query + QUERY, prefixes.passage + DOCUMENT
    pieces = (first, query, last, first, passage, last)
    return Prompt(pieces=pieces, segments=SEGMENTS_OF_TEXTS)


def _marks_of(tokenizer: Tokenizer) -> tuple[str, str]:
    encoding = tokenizer.encode("a")
    marks = [
        token
        for token, text in zip(encoding.tokens, encoding.sequence_ids, strict=True)
        if text is None
    ]
    if len(marks) != 2 or encoding.sequence_ids[0] is not None:
        raise ModelError("the tokenizer does not put one mark before a text and one behind it")
    return marks[0], marks[1]


def prefixes_of(prompt: Prompt) -> Prefixes:
    """The prefixes in a prompt of `prompt_of` or `prompt_of_texts`."""
    (query,) = (piece for piece in prompt.pieces if piece.endswith(QUERY))
    (passage,) = (piece for piece in prompt.pieces if piece.endswith(DOCUMENT))
    return Prefixes(query.removesuffix(QUERY), passage.removesuffix(DOCUMENT))


def padding_of(tokenizer: Tokenizer) -> Padding:
    """Raises ModelError when the tokenizer has neither BERT's nor XLM-R's padding token."""
    for token in PADDING_TOKENS:
        if tokenizer.token_to_id(token) is not None:
            return Padding(token=token)
    raise ModelError(f"the tokenizer has no padding token: none of {', '.join(PADDING_TOKENS)}")


def read_prefixes(folder: Path) -> Prefixes:
    """The folder's prefixes, empty where it names none. Raises ModelError for a damaged file."""
    prompts = _read(folder).get("prompts") or {}
    passages = (prompts[key] for key in PASSAGE_KEYS if key in prompts)
    return Prefixes(prompts.get("query", ""), next(passages, ""))


def write_prefixes(prefixes: Prefixes, folder: Path) -> None:
    """Writes what `read_prefixes` reads; nothing where there are none."""
    if prefixes != NO_PREFIXES:
        prompts = {"query": prefixes.query, "document": prefixes.passage}
        (folder / SETTINGS).write_text(json.dumps({"prompts": prompts}, indent=2) + "\n")


def _read(folder: Path) -> dict[str, Any]:
    file = folder / SETTINGS
    if not file.exists():
        return {}
    try:
        config = json.loads(file.read_bytes())
    except (OSError, ValueError) as fault:
        raise ModelError(f"{file} cannot be read ({fault}): {COPY_AGAIN}") from None
    return config if isinstance(config, dict) else {}
