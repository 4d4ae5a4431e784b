"""Judgements as the service reads and finds them."""

import json
from pathlib import Path

import pytest

from sidecar.judgements.judged_queries import JudgedQueries, read_judged_queries
from sidecar.judgements.judgements import Judgements, JudgementsError


def written(folder: Path, *rows: dict[str, object]) -> Path:
    file = folder / "judgements.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return file


def row(query: str, document: str, grade: float, **more: object) -> dict[str, object]:
    return {"query": query, "document_id": document, "grade": grade, **more}


def test_a_query_is_found_as_it_was_typed_else_whatever_its_case_and_spaces(
    tmp_path: Path,
) -> None:
    queries = read_judged_queries(
        written(
            tmp_path,
            row("nike", "running", 1),
            row("Nike", "goddess", 1),
            row("Straße  rot", "p1", 2),
            row("nothing good", "p1", 0),
        )
    )
    grades = {
        text: found.grades if (found := queries.find(text)) else None
        for text in ("nike", "Nike", "NIKE ", "STRASSE ROT", "nothing good", "other")
    }
    assert grades == {
        "nike": {"running": 1},
        "Nike": {"goddess": 1},
        "NIKE ": {"running": 1},
        "STRASSE ROT": {"p1": 2},
        "nothing good": None,
        "other": None,
    }
    assert (len(queries), queries.left_out) == (3, 1)


def test_of_queries_with_one_text_the_first_counts(tmp_path: Path) -> None:
    queries = read_judged_queries(
        written(
            tmp_path,
            row("shoes", "p1", 1, query_id="1"),
            row("shoes", "p2", 3, query_id="2"),
        )
    )
    found = queries.find("shoes")
    assert found is not None
    assert found.grades == {"p1": 1}
    assert queries.left_out == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "rerank-sidecar judgements convert"),
        ("query,docid,rating\nshoes,p1,2\n", "rerank-sidecar judgements convert"),
        ("q1 0 p1 2\n", "rerank-sidecar judgements convert"),
        ('{"query_id": "1", "document_id": "p1", "grade": 1}\n', "text of query '1'"),
        ('{"query": "a", "document_id": "p1", "grade": 80}\n', "grade above 20"),
        (
            '{"query": "a", "document_id": "p1", "grade": 1}\nno\n'
            '{"query": "a", "document_id": "p1", "grade": 2}\n',
            r"line 2: is not JSON[\s\S]*line 3: document 'p1' .* has grade 2 here and 1 in line 1",
        ),
    ],
    ids=["empty", "quepid", "trec", "no text", "percentages", "faults"],
)
def test_what_cannot_be_served_is_said_with_the_file(
    tmp_path: Path, text: str, message: str
) -> None:
    file = tmp_path / "judgements.jsonl"
    file.write_text(text)
    with pytest.raises(JudgementsError, match=message) as raised:
        read_judged_queries(file)
    assert str(file) in raised.value.message


def test_a_folder_and_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(JudgementsError, match="judgements convert"):
        read_judged_queries(tmp_path)
    with pytest.raises(JudgementsError, match="cannot be read: No such file"):
        read_judged_queries(tmp_path / "absent.jsonl")


def test_every_form_of_judgements_without_texts_is_refused() -> None:
    with pytest.raises(JudgementsError, match="--queries"):
        JudgedQueries(Judgements({"q1": {"p1": 1.0}}))
