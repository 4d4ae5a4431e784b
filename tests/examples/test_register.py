"""examples/legal: searches whose records have what is asked for, or have not."""

import json
import random
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

from sidecar.contracts.body import read_document
from sidecar.pipeline.preparation import prepare, read_all
from sidecar.profiles import Profiles
from sidecar.request import RankRequest
from tests.examples.scripts import importable

TEXTS = {f"d{number}": f"Clause {number} on the notice of termination." for number in range(8)}
GRADES = {name: int(name in ("d1", "d3", "d4", "d6")) for name in TEXTS}


@pytest.fixture(scope="module")
def register() -> Iterator[ModuleType]:
    pytest.importorskip("ir_measures", reason="measuring needs the extra `build`")
    with importable("legal"):
        yield import_module("register")


def test_the_profile_reads_what_each_search_asks_for(register: ModuleType) -> None:
    profile, rng = Profiles.open().get("legal"), random.Random(2)
    for kind, demands in register.demands().items():
        for demand in demands if kind != "topic" else ():
            records = [
                register.record("Notice.", rng) | make(rng)
                for make in (demand.having, demand.lacking)
                for _ in range(4)
            ]
            documents = tuple(map(read_document, records))
            request = RankRequest(demand.words.format("When may notice be given"), documents)
            parts = prepare(request, profile, read_all(documents, profile), None, 512).parts
            read = [
                sum(part.value for part in of if (part.kind, part.name) == ("signal", kind))
                for of in parts
            ]
            assert min(read[:4]) > 0 >= max(read[4:]), request.query


def test_grades_follow_from_text_field_and_status(
    register: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given, made = tmp_path / "given", tmp_path / "made"
    given.mkdir()
    corpus = [json.dumps({"_id": name, "text": text}) for name, text in TEXTS.items()]
    (given / "corpus.jsonl").write_text("\n".join(corpus) + "\n")
    queries = [json.dumps({"_id": f"q{n}", "text": f"Question {n}?"}) for n in range(12)]
    (given / "queries.jsonl").write_text("\n".join(queries) + "\n")
    lines = [f"q{n}\t{name}\t{grade}" for n in range(12) for name, grade in GRADES.items()]
    (given / "qrels.tsv").write_text("\n".join(lines) + "\n")
    monkeypatch.setattr(sys, "argv", ["register.py", str(given), str(made)])
    register.main()
    fields = {
        row["_id"]: row["fields"]
        for row in map(json.loads, (made / "corpus.jsonl").read_text().splitlines())
    }
    relevant = {TEXTS[name] for name, grade in GRADES.items() if grade}
    grades = [line.split("\t") for line in (made / "qrels.tsv").read_text().splitlines()]
    assert len({query for query, _, _ in grades}) == 12
    for _, name, grade in grades:
        record = fields[name]
        if record["text"] not in relevant:
            assert grade == "0"
        else:
            assert grade in (("3", "1") if record["status"] == "good law" else ("2", "0"))
    assert {grade for _, _, grade in grades} >= {"0", "1", "3"}
