"""Documents of 2,000 words with the answer at the beginning, in the middle or at the end.

They are made of the demo's contract clauses. The answer is a clause that is marked as relevant to
the demo's query; none of the others in the document is.
"""

import json
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sidecar.workshop.sidecar_process import SidecarProcess
from tests.http_client import assert_error, post
from tests.service.explanations import Entry, explained, logits, part

DATA = Path(__file__).parents[2] / "sidecar" / "workshop" / "demo" / "data"
WORDS = 2000


def rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (DATA / f"{name}.jsonl").read_text().splitlines()]


CLAUSES = {row["id"]: row["text"] for row in rows("clauses")}
QUERIES = {row["id"]: row for row in rows("clause_queries")}
PLACES = ("beginning", "middle", "end")


@dataclass(frozen=True)
class Case:
    """A query, its answer, and clauses of WORDS words that do not answer it."""

    query: str
    answer: str
    others: list[str]

    @classmethod
    def of(cls, name: str) -> "Case":
        row = QUERIES[name]
        best = next(key for key, grade in row["relevant"].items() if grade == 3)
        others = [text for key, text in CLAUSES.items() if key not in row["relevant"]]
        random.Random(7).shuffle(others)
        words, taken = 0, 0
        while words < WORDS:
            words += len(others[taken].split())
            taken += 1
        return cls(row["query"], CLAUSES[best], others[:taken])

    def document(self, place: str | None) -> str:
        """All clauses, the answer's among them unless `place` is None."""
        clauses = list(self.others)
        if place is not None:
            at = {"beginning": 0, "middle": len(clauses) // 2, "end": len(clauses)}[place]
            clauses.insert(at, self.answer)
        return "\n\n".join(clauses)


def holds(entry: Entry, text: str, answer: str) -> bool:
    """Whether the evidence's span has the whole answer."""
    span = entry["evidence"]
    return answer in text[span["start"] : span["end"]]


@dataclass(frozen=True)
class Seen:
    """What the sidecar says of a case."""

    case: Case
    answer: float
    without: float
    entries: dict[str, Entry]


@pytest.fixture(scope="module")
def seen(server: SidecarProcess) -> dict[str, Seen]:
    by_query = {}
    for name in QUERIES:
        case = Case.of(name)
        documents = [case.answer, *map(case.document, (None, *PLACES))]
        answer, without, *entries = explained(server, case.query, documents)
        placed = dict(zip(PLACES, entries, strict=True))
        by_query[name] = Seen(case, answer["logit"], without["logit"], placed)
    return by_query


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", ["lq2", "lq3", "lq4", "lq8", "lq9", "lq11"])
def test_the_answer_is_found_wherever_it_lies(seen: dict[str, Seen], name: str, place: str) -> None:
    it = seen[name]
    entry = it.entries[place]
    text = it.case.document(place)
    assert len(text.split()) >= WORDS
    assert holds(entry, text, it.case.answer)
    assert entry["evidence"]["field"] == ""
    span = text[entry["evidence"]["start"] : entry["evidence"]["end"]]
    assert len(span.split()) < 130
    gained, lost = entry["logit"] - it.without, it.answer - entry["logit"]
    assert gained > 1.1, "far above the same document without it"
    assert gained > lost, "nearer to the clause's own"


def test_it_is_found_nearly_always(seen: dict[str, Seen]) -> None:
    """Over all queries, also those whose answer shares few words with them."""
    results = [
        (holds(entry, it.case.document(place), it.case.answer), entry["logit"], it)
        for it in seen.values()
        for place, entry in it.entries.items()
    ]
    assert len(results) == 36
    assert sum(holds_answer for holds_answer, _, _ in results) >= 29
    gained = math.fsum(logit - it.without for _, logit, it in results) / len(results)
    assert gained > 1.5
    assert math.fsum(it.answer - logit for _, logit, it in results) / len(results) < gained / 2


def test_the_span_alone_has_the_documents_logit(
    server: SidecarProcess, seen: dict[str, Seen]
) -> None:
    it = seen["lq4"]
    for place, entry in it.entries.items():
        span = slice(entry["evidence"]["start"], entry["evidence"]["end"])
        (alone,) = explained(server, it.case.query, [it.case.document(place)[span]])
        assert alone["logit"] == pytest.approx(entry["logit"], abs=1e-5)
        assert alone["evidence"] is None, "it was read whole"
        assert entry["truncated"]
        assert not alone["truncated"]


def test_spans_are_code_points(server: SidecarProcess) -> None:
    case = Case.of("lq4")
    odd = "😀👩‍👩‍👧 𝒳 合同的条款。第十二条 甲方应当付款。 naïve café\u0301\r\n\r\n"
    text = "\n\n".join([odd * 8, *case.others[:12], case.answer, odd, *case.others[12:]])
    (entry,) = explained(server, case.query, [text])
    assert holds(entry, text, case.answer)
    span = text[entry["evidence"]["start"] : entry["evidence"]["end"]]
    (alone,) = explained(server, case.query, [span])
    assert alone["logit"] == pytest.approx(entry["logit"], abs=1e-5)


def test_a_long_field_is_read_in_windows_under_the_others(server: SidecarProcess) -> None:
    case = Case.of("lq9")
    text = case.document("middle")
    document = {"text": text, "title": "Services Agreement", "court": "High Court"}
    entry, other = explained(
        server,
        case.query,
        [document, {**document, "title": case.answer}],
        profile="legal",
    )
    assert entry["evidence"]["field"] == "text"
    assert holds(entry, text, case.answer), "offsets are those of the field, not of the passage"
    assert entry["truncated"]
    assert abs(part(other, "model") - part(entry, "model")) > 0.05, "the header is read too"
    assert math.fsum(p["value"] for p in entry["parts"]) == pytest.approx(entry["logit"])


def test_a_window_is_no_shorter_than_what_stands_above_it(server: SidecarProcess) -> None:
    """Or a long summary would be read again with each of many short windows."""
    case = Case.of("lq9")
    text = case.document("middle")
    summary = " ".join(case.others)[:1200]
    spans = [
        entry["evidence"]["end"] - entry["evidence"]["start"]
        for entry in explained(
            server,
            case.query,
            [{"text": text}, {"text": text, "summary": summary}],
            profile="legal",
        )
    ]
    assert spans[1] > 1.2 * spans[0]


AGGREGATES = {
    "max": "{aggregate: max}",
    "first": "{aggregate: first}",
    "mean": "{aggregate: mean, top: 2}",
    "logsumexp": "{aggregate: logsumexp}",
    "little": "{budget_tokens: 128}",
    "wide": "{window_tokens: 400, overlap: 0}",
}


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SidecarProcess]:
    """A server with a folder of profiles, one for each way."""
    folder = tmp_path_factory.mktemp("profiles")
    for name, long in AGGREGATES.items():
        (folder / f"{name}.yaml").write_text(f"name: {name}\nparse: false\nlong: {long}\n")
    with SidecarProcess({"profiles": folder}) as process:
        yield process


def test_a_profile_says_how_windows_become_one_logit(own: SidecarProcess) -> None:
    case = Case.of("lq4")
    text = case.document("end")
    entries = {
        name: explained(own, case.query, [text, case.answer], profile=name) for name in AGGREGATES
    }
    logit = {name: long["logit"] for name, (long, _) in entries.items()}
    own_logits = {round(short["logit"], 6) for _, short in entries.values()}
    assert len(own_logits) == 1, "a document that fits is not concerned"
    assert logit["first"] < logit["mean"] < logit["max"]
    assert logit["max"] - math.log(20) < logit["logsumexp"] < logit["max"], "of under 20 windows"
    assert logit["little"] < logit["max"], "the first window took the whole budget"
    assert holds(entries["mean"][0], text, case.answer), "the evidence is the best window still"
    wide = entries["wide"][0]["evidence"]
    assert wide["end"] - wide["start"] > 1200


def test_a_search_says_the_same(own: SidecarProcess, server: SidecarProcess) -> None:
    case = Case.of("lq4")
    documents = [case.document("end")]
    for name, long in (
        ("first", {"aggregate": "first"}),
        ("mean", {"aggregate": "mean", "top": 2}),
        ("wide", {"window_tokens": 400, "overlap": 0}),
    ):
        by_profile = logits(own, case.query, documents, profile=name)
        assert logits(server, case.query, documents, long=long) == by_profile


def test_truncate_false_still_refuses(server: SidecarProcess) -> None:
    case = Case.of("lq4")
    body = {"query": case.query, "texts": ["short", case.document("end")], "truncate": False}
    message = assert_error(post(server, "/rerank", body), 422, "too_long")
    assert "document 1" in message
    assert post(server, "/rerank", {**body, "truncate": True}).status == 200


def test_max_tokens_per_doc_cuts_and_says_so(server: SidecarProcess) -> None:
    case = Case.of("lq4")
    body = {"query": case.query, "documents": [case.document("end"), "short"], "explain": True}
    answer = post(server, "/v2/rerank", {**body, "max_tokens_per_doc": 64})
    entries = {entry["index"]: entry for entry in answer.body["explanations"]}
    assert entries[0]["truncated"]
    assert entries[0]["evidence"] is None
    assert not entries[1]["truncated"]
    assert answer.body["meta"]["warnings"] == ["documents that the model did not see whole: 0"]
    assert answer.headers["x-truncated-documents"] == "1"
    assert answer.body["meta"]["tokens"]["input_tokens"] < 64 + 2 * 40
    whole = post(server, "/v2/rerank", body)
    assert whole.body["meta"]["tokens"]["input_tokens"] > 1000
