"""Writes the tables that `sidecar/text` ships: counts and names, no text of a collection.

    python -m sidecar.workshop.model.recipe.tables DATA REPORTERS_JSON COURTS_JSON

idf.tsv: in how many texts of the training collections a word (its singular) occurs.
reporters.tsv: the abbreviations of US law reporters from reporters-db (its
data/reporters.json), which eyecite reads too.
courts.tsv: CourtListener's identifiers of federal courts and of the higher courts of the states,
from courts-db (its data/courts.json).
"""

import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from sidecar.text.citations.reporters import squeeze_reporter
from sidecar.text.folding import words
from sidecar.text.terms import singular
from sidecar.workshop.model.recipe.collections import read

TERMS = 6000
ROWS = 16_000
"""Texts of one collection at most, evenly spread, so that none alone decides what is common."""
SOURCES = {
    "cuad_train": ("text",),
    "dc_code": ("text",),
    "fashion_products": ("title",),
    "medquad": ("text",),
    "os_docs": ("text",),
    "policyqa": ("text",),
    "product_match": ("text",),
    "squad_sent": ("text",),
    "tldr_legal": ("text",),
    "vespa_products": ("title", "category", "description"),
}
TEXT = Path(__file__).parents[3] / "text"


def frequencies(data: Path) -> tuple[int, Counter[str]]:
    """(number of texts read, number of them that contain each word)."""
    texts, counts = 0, Counter[str]()
    for name, keys in SOURCES.items():
        rows = read(data, name)
        for row in rows[:: max(1, -(-len(rows) // ROWS))]:
            texts += 1
            read_words = words(" ".join(str(row.get(key, "")) for key in keys)).split()
            counts.update({singular(word) for word in read_words if _counts(word)})
    return texts, counts


def _counts(word: str) -> bool:
    return word.isascii() and len(word) <= 20 and (word.isalpha() or len(word) <= 3)


def write_idf(data: Path) -> None:
    texts, counts = frequencies(data)
    lines = [
        "# Texts that hold the word, of the first row's number; by model/recipe/tables.py.",
        "# Counted over cuad_train (CC BY 4.0), dc_code (government text), fashion_products (MIT),",
        "# medquad (CC BY 4.0), os_docs (Apache-2.0), policyqa (MIT), product_match (research",
        "# data), squad_sent (CC BY-SA 4.0), tldr_legal (Apache-2.0), vespa_products (Apache-2.0).",
        f"\t{texts}",
        *(f"{word}\t{count}" for word, count in sorted(counts.most_common(TERMS))),
    ]
    (TEXT / "idf.tsv").write_text("\n".join(lines) + "\n")


def write_reporters(base: Path) -> None:
    table: dict[str, str] = {}
    entries = [entry for group in json.loads(base.read_text()).values() for entry in group]
    for entry in entries:
        for edition in entry["editions"]:
            table[squeeze_reporter(edition)] = ""
    for variation, edition in _variations(entries):
        key, target = squeeze_reporter(variation), squeeze_reporter(edition)
        if key != target:
            table.setdefault(key, target)
    lines = [
        "# US law reporters: squeezed abbreviation, and the one that it stands for if another.",
        "# From reporters-db (Free Law Project, BSD 2-Clause) by model/recipe/tables.py.",
        *(f"{key}\t{target}" if target else key for key, target in sorted(table.items())),
    ]
    (TEXT / "citations" / "reporters.tsv").write_text("\n".join(lines) + "\n")


def _variations(entries: list[dict[str, dict[str, str]]]) -> Iterator[tuple[str, str]]:
    for entry in entries:
        yield from entry["variations"].items()


def write_courts(base: Path) -> None:
    courts = json.loads(base.read_text())
    rows = {
        court["id"]: court["name"]
        for court in courts
        if court["system"] == "federal" or (court["system"] == "state" and _is_higher(court))
    }
    lines = [
        "# CourtListener's identifiers of US courts, and the courts' names.",
        "# From courts-db (Free Law Project, BSD 2-Clause) by model/recipe/tables.py.",
        *(f"{key}\t{' '.join(name.split())}" for key, name in sorted(rows.items())),
    ]
    (TEXT / "query" / "courts.tsv").write_text("\n".join(lines) + "\n")


def _is_higher(court: dict[str, str]) -> bool:
    of_trial = ("nysupct", "calsuperct", "delch", "delsuperct", "masssuperct", "njch", "pacommwct")
    return (
        court.get("level") in ("colr", "iac")
        or court.get("type") == "appellate"
        or court["id"] in of_trial
    )


if __name__ == "__main__":
    write_idf(Path(sys.argv[1]))
    write_reporters(Path(sys.argv[2]))
    write_courts(Path(sys.argv[3]))
