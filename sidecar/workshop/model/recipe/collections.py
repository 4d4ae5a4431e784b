"""The training collections of the data folder, cut into a part to train on and a held-out part.

The cut is by document (contracts: by place in the file), so that choices between runs never look at
a judged collection.
"""

import random
import zlib
from collections import Counter
from pathlib import Path

from sidecar.errors import ModelError
from sidecar.runtime.manifest import TrainingSource
from sidecar.workshop.model.jsonl import read_jsonl

HELD_OUT_SHARE = 20
"""One document in so many is held out."""

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
        ("phrases", "made of vespa_products and product_match"),
    )
)
"""What was learned from each may be used under its licence."""


def read(data: Path, name: str) -> list[Row]:
    """The rows of a training collection. Raises ModelError when the file is not there."""
    file = data / "train" / f"{name}.jsonl.zst"
    if not file.is_file():
        raise ModelError(f"no training collection {file}")
    return [row for _, row in read_jsonl(file)]


def held_out(text: str) -> bool:
    """Whether a document belongs to the held-out part."""
    return zlib.crc32(text.encode()) % HELD_OUT_SHARE == 0


def question_pairs(data: Path, name: str, train: bool) -> list[Row]:
    """Rows of squad_sent, medquad, os_docs, dc_code or tldr_legal with a telling query.

    Headings such as "Penalties" stand over many sections: a query with several rows is left out.
    """
    rows = read(data, name)
    often = Counter(row["query"].lower() for row in rows)
    limit = 3 if name in {"squad_sent", "tldr_legal"} else 1
    return [
        row
        for row in rows
        if often[row["query"].lower()] <= limit
        and held_out(row["text"]) != train
        and len(row["query"]) > 8
    ]


def passages(rows: list[Row], rng: random.Random) -> list[Row]:
    """The sentence rows with the sentences around them: paragraphs of up to eight sentences.

    `answer` keeps the sentence, so that a paragraph that holds it too is never a negative.
    """
    texts = list(dict.fromkeys(row["text"] for row in rows))
    place = {text: i for i, text in enumerate(texts)}
    out = []
    for row in rows:
        before = rng.randint(0, 4)
        start = max(0, place[row["text"]] - before)
        end = max(place[row["text"]] + 1, start + rng.randint(3, 8))
        out.append({**row, "text": " ".join(texts[start:end]), "answer": row["text"]})
    return out
