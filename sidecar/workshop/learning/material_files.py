"""A run's material as files: what `model train` and `model calibrate` read, and what a run that was
interrupted goes on with."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sidecar.workshop.learning.material import Material
from sidecar.workshop.learning.runs import Clicks
from sidecar.workshop.model.check.judged_collection import write_judged

HELD_OUT, SUMMARY = "held-out", "material.json"


@dataclass(frozen=True)
class Prepared:
    """What `write` wrote."""

    pairs: Path
    """For `model train --pairs`."""
    held_out: Path
    """A judged collection, whose documents and queries are numbered."""
    figures: Mapping[str, int]
    inputs: Mapping[str, str]
    clicks: Clicks | None


def write(
    material: Material,
    work: Path,
    pairs: str,
    settings: Mapping[str, Any],
    inputs: Mapping[str, str],
    clicks: Clicks | None,
) -> Prepared:
    """Writes the material into the folder; last the file by which `read` knows that it is whole."""
    lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in material.rows)
    (work / pairs).write_text("".join(lines), encoding="utf8")
    corpus: dict[str, str] = {}
    grades = []
    for number, ranked in enumerate(material.held_out):
        for text, grade in zip(ranked.passages, ranked.grades, strict=True):
            document = corpus.setdefault(text, f"d{len(corpus)}")
            grades.append((f"q{number}", document, grade))
    queries = [{"_id": f"q{n}", "text": each.query} for n, each in enumerate(material.held_out)]
    documents = [{"_id": name, "text": text} for text, name in corpus.items()]
    write_judged(work / HELD_OUT, documents, queries, dict.fromkeys(grades))
    summary = {
        "pairs": pairs,
        "settings": dict(settings),
        "figures": material.figures,
        "inputs": dict(inputs),
        "clicks": None if clicks is None else clicks.model_dump(),
    }
    part = work / f"{SUMMARY}.part"
    part.write_text(json.dumps(summary, indent=2), encoding="utf8")
    part.replace(work / SUMMARY)
    found = read(work, settings, inputs)
    assert found is not None, "it was just written"
    return found


def read(work: Path, settings: Mapping[str, Any], inputs: Mapping[str, str]) -> Prepared | None:
    """What an earlier run wrote whole, from the same files with the same settings; else None."""
    try:
        summary = json.loads((work / SUMMARY).read_text(encoding="utf8"))
        same = summary["settings"] == json.loads(json.dumps(dict(settings)))
        if not same or summary["inputs"] != dict(inputs):
            return None
        clicks = None if summary["clicks"] is None else Clicks.model_validate(summary["clicks"])
        pairs, figures = work / summary["pairs"], summary["figures"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return Prepared(pairs, work / HELD_OUT, figures, inputs, clicks)
