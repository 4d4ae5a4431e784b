"""`model prune-vocabulary` from its options to the folder and the figures."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sidecar.runtime.special_tokens import unknown_id
from sidecar.workshop.model.pretrained import open_tokenizer
from sidecar.workshop.model.vocabulary import usage
from sidecar.workshop.model.vocabulary.folder import WEIGHTS, write_smaller
from sidecar.workshop.model.vocabulary.reading import Reading, read, read_texts
from sidecar.workshop.model.vocabulary.tokenizer import Usage, kept_ids, pieces


@dataclass(frozen=True)
class Row:
    """What became of a language or a file of texts."""

    name: str
    lost: float | None
    """Share of its use of pieces whose pieces are gone; None for what was only measured."""
    before: Reading | None = None
    after: Reading | None = None
    """None for a language's list of words."""


@dataclass(frozen=True)
class Pruned:
    """The figures of a smaller vocabulary."""

    pieces_before: int
    pieces_after: int
    megabytes_before: float
    megabytes_after: float
    rows: tuple[Row, ...]


def prune_vocabulary(
    source: Path,
    folder: Path,
    count: int,
    languages: Sequence[str],
    texts: Sequence[Path] = (),
    measured: Sequence[Path] = (),
) -> Pruned:
    """Writes `source` with `count` pieces to `folder`.

    The pieces are those that the languages and the files of texts use most, each counting the same.
    Raises ModelError: a language without a word list, a vocabulary that cannot be made smaller, a
    count that is too low, or a file that is missing or damaged.
    """
    tokenizer = open_tokenizer(source)
    state = json.loads(tokenizer.to_str())
    names = pieces(state)
    read_files = {file: read_texts(file) for file in (*texts, *measured)}
    usages: dict[str | Path, Usage] = {
        **{language: usage.of_language(tokenizer, language) for language in languages},
        **{file: usage.of_texts(tokenizer, read_files[file]) for file in texts},
    }
    kept = kept_ids(state, list(usages.values()), min(count, len(names)))
    write_smaller(source, state, kept, folder)
    smaller = open_tokenizer(folder)
    rows = [Row(language, _lost(usages[language], kept)) for language in languages]
    for file, lines in read_files.items():
        lost = _lost(usages[file], kept) if file in usages else None
        readings = (read(one, unknown_id(one), lines) for one in (tokenizer, smaller))
        rows.append(Row(file.name, lost, *readings))
    return Pruned(len(names), len(kept), _megabytes(source), _megabytes(folder), tuple(rows))


def _lost(used: Usage, kept: Sequence[int]) -> float:
    total = sum(used.values())
    present = set(kept)
    return sum(times for index, times in used.items() if index not in present) / total


def _megabytes(folder: Path) -> float:
    return (folder / WEIGHTS).stat().st_size / 1e6
