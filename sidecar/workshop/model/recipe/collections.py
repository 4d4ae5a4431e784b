"""The training collections of the data folder, cut into a part to train on and a held-out part.

The cut is by document (contracts: by position in the file). So runs can be compared without looking
at a judged collection. `rows_of` makes it, for the groups of training and for pools alike.
"""

import random
import zlib
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from sidecar.errors import ModelError
from sidecar.runtime.manifest import TrainingSource
from sidecar.workshop.jsonl import read_jsonl

HELD_OUT_ONE_IN = 20
"""One document in this many is held out."""

Row = dict[str, str]

COLLECTIONS = tuple(
    TrainingSource(name=name, licence=licence, rows=0)
    for name, licence in (
        ("squad_sent", "CC BY-SA 4.0"),
        ("medquad", "CC BY 4.0"),
        ("os_docs", "Apache-2.0"),
        ("dc_code", "government text"),
        ("cuad_train", "CC BY 4.0"),
        ("policyqa", "MIT"),
        ("tldr_legal", "Apache-2.0"),
        ("product_match", "research data"),
        ("fashion_products", "MIT"),
        ("vespa_products", "Apache-2.0"),
        ("cmrc_zh", "CC BY-SA 4.0"),
        ("drcd_zhtw", "CC BY-SA 3.0"),
        ("law_zh", "statutes"),
        ("phrases", "made of vespa_products and product_match"),
    )
)
"""With their licences; rows are counted by the training."""


def read(data: Path, name: str) -> list[Any]:
    """The rows of a training collection. Raises ModelError when its file is missing."""
    file = data / "train" / f"{name}.jsonl.zst"
    if not file.is_file():
        raise ModelError(f"no training collection {file}")
    return [row for _, row in read_jsonl(file)]


def held_out(text: str) -> bool:
    """Whether a document belongs to the held-out part."""
    return zlib.crc32(text.encode()) % HELD_OUT_ONE_IN == 0


def rows_of(data: Path, name: str, train: bool) -> list[Any]:
    """The rows of a collection to train on, or the held-out ones.

    Raises ModelError when its file is missing.
    """
    document = _DOCUMENTS.get(name, _text)
    return [row for row in read(data, name) if held_out(document(row)) != train]


def _text(row: Any) -> str:
    return str(row["text"])


def _title(row: Any) -> str:
    return str(row["title"])


def _first_sentence(row: Any) -> str:
    return min(row["text"], *row["others"])


def _site(row: Any) -> str:
    return str(row["src"])


_DOCUMENTS: Mapping[str, Callable[[Any], str]] = {
    "cmrc_zh": _first_sentence,
    "drcd_zhtw": _first_sentence,
    "policyqa": _site,
    "fashion_products": _title,
    "vespa_products": _title,
}
"""By what a row is held out, else by its text. (Offers are held out by the title that is read from
them, or by the other shop's.)"""


def question_pairs(data: Path, name: str, train: bool) -> list[Row]:
    """Rows of squad_sent, medquad, os_docs, dc_code or tldr_legal with a specific query.

    Headings such as "Penalties" are shared by many sections: queries with many rows are left out.
    """
    counts = Counter(row["query"].lower() for row in read(data, name))
    limit = 3 if name in {"squad_sent", "tldr_legal"} else 1
    return [
        row
        for row in rows_of(data, name, train)
        if counts[row["query"].lower()] <= limit and len(row["query"]) > 8
    ]


def passages(rows: list[Row], rng: random.Random) -> list[Row]:
    """The sentence rows extended to paragraphs of up to eight sentences around them.

    `answer` keeps the sentence, so that another paragraph with it is never a negative.
    """
    texts = list(dict.fromkeys(row["text"] for row in rows))
    position_of = {text: i for i, text in enumerate(texts)}
    results = []
    for row in rows:
        before = rng.randint(0, 4)
        start = max(0, position_of[row["text"]] - before)
        end = max(position_of[row["text"]] + 1, start + rng.randint(3, 8))
        results.append({**row, "text": " ".join(texts[start:end]), "answer": row["text"]})
    return results
