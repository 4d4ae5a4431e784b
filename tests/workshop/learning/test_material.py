"""Training rows with hard negatives, and the held-out queries that the gate ranks."""

from pathlib import Path

from sidecar.judgements.judgements import Judgements
from sidecar.profiles import Profiles
from sidecar.workshop.evaluation.candidates import Candidates, Hit
from sidecar.workshop.learning.evidence import Evidence
from sidecar.workshop.learning.material import Material, assemble
from sidecar.workshop.learning.material_files import read, write
from sidecar.workshop.learning.passages import passages
from sidecar.workshop.model.check.judged_collection import read_judged

JUDGEMENTS = Judgements(
    {"q": {"a": 2, "b": 0, "gone": 1}, "h": {"a": 1, "b": 0}, "one": {"a": 1}},
    {"q": "red shoes", "h": "blue hat", "one": "belt"},
)
EVIDENCE = Evidence(JUDGEMENTS, frozenset({"h", "one"}), {"q": {"a": 3.5}})


def candidates(query: str) -> Candidates:
    hits = tuple(Hit(name, f"text {name} of {query}", name) for name in "xab")
    return Candidates(query, JUDGEMENTS.texts[query], (*hits, Hit("empty", "", "")))


def material(**options: bool) -> Material:
    return assemble(
        EVIDENCE,
        [candidates(query) for query in JUDGEMENTS.grades],
        lambda each: [str(hit.document) for hit in each.hits],
        relevant=1.0,
        unjudged_irrelevant=options.get("unjudged_irrelevant", False),
    )


def test_hits_that_are_judged_low_or_not_at_all_are_the_negatives() -> None:
    found = material()
    assert found.rows == (
        {"query": "red shoes", "text": "text x of q", "grade": 0.0},
        {"query": "red shoes", "text": "text a of q", "grade": 2, "weight": 3.5},
        {"query": "red shoes", "text": "text b of q", "grade": 0.0},
    )
    assert found.figures == {
        "training queries": 1,
        "relevant pairs": 1,
        "hard negatives": 2,
        "held-out queries": 1,
        "relevant documents that are no hits": 1,
        "queries without hits": 0,
    }


def test_held_out_queries_rank_their_judged_hits() -> None:
    (ranked,) = material().held_out
    assert (ranked.query, ranked.grades) == ("blue hat", (1.0, 0.0))
    both = material(unjudged_irrelevant=True).held_out
    assert [each.grades for each in both] == [(0.0, 1.0, 0.0), (0.0, 1.0, 0.0)]


def test_a_run_goes_on_with_its_files_and_with_no_others(tmp_path: Path) -> None:
    settings, inputs = {"pairs": 1000, "fields": []}, {"j.csv": "0f"}
    assert read(tmp_path, settings, inputs) is None
    written = write(material(), tmp_path, "shop-1.jsonl", settings, inputs, None)
    assert read(tmp_path, settings, inputs) == written
    assert read(tmp_path, {**settings, "pairs": 900}, inputs) is None
    assert read(tmp_path, settings, {"j.csv": "1f"}) is None
    collection = read_judged(written.held_out, None)
    assert collection.pairs == [("blue hat", "text a of h"), ("blue hat", "text b of h")]
    (tmp_path / "material.json").write_text("{")
    assert read(tmp_path, settings, inputs) is None


def test_a_hit_is_read_as_the_profile_says() -> None:
    source = {"title": "Red shoe", "brand": "Acme", "internal": "x"}
    hit = Hit("p1", source, "")
    (text,) = passages("shoe", [hit], Profiles.open().get("ecommerce"))
    assert "Red shoe" in text
    assert "internal" not in text
    assert passages("shoe", [Hit("p2", "  ", "")], Profiles.open().get("plain")) == [""]
