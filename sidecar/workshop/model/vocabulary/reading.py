"""What a tokenizer makes of texts, to compare a smaller vocabulary with the whole one."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tokenizers import Tokenizer

from sidecar.errors import ModelError
from sidecar.workshop.jsonl import read_jsonl

CHUNK = 1024
JSON_LINES = (".jsonl", ".zst")


@dataclass(frozen=True)
class Reading:
    """Of some texts."""

    characters: int
    pieces: int
    unknown: int
    """Pieces that stand for what the vocabulary lacks."""

    @property
    def pieces_per_100_characters(self) -> float:
        """0 for no text."""
        return 100 * self.pieces / self.characters if self.characters else 0.0

    @property
    def unknown_share(self) -> float:
        """Of the pieces; 0 for no text."""
        return self.unknown / self.pieces if self.pieces else 0.0


def read(tokenizer: Tokenizer, unknown_id: int | None, texts: Sequence[str]) -> Reading:
    """What the tokenizer makes of the texts. `unknown_id` is None where nothing is unknown."""
    pieces = unknown = 0
    for start in range(0, len(texts), CHUNK):
        chunk = list(texts[start : start + CHUNK])
        for encoding in tokenizer.encode_batch_fast(chunk, add_special_tokens=False):
            pieces += len(encoding.ids)
            unknown += encoding.ids.count(unknown_id) if unknown_id is not None else 0
    return Reading(sum(map(len, texts)), pieces, unknown)


def read_texts(file: Path) -> list[str]:
    """A file's texts: lines, or of JSON lines (.jsonl, .jsonl.zst) every value that is a string.

    Raises ModelError when it cannot be read, or holds no text.
    """
    if file.suffix in JSON_LINES:
        rows = (row for _, row in read_jsonl(file))
        texts = [value for row in rows for value in _strings(row)]
    else:
        try:
            texts = [line for line in file.read_text(encoding="utf8").splitlines() if line.strip()]
        except (OSError, ValueError) as fault:
            raise ModelError(f"{file} cannot be read ({fault})") from None
    if not texts:
        raise ModelError(f"{file} holds no text")
    return texts


def _strings(row: object) -> list[str]:
    if isinstance(row, str):
        return [row]
    return (
        [value for value in row.values() if isinstance(value, str)] if isinstance(row, dict) else []
    )
