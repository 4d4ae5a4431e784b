"""What is wrong with a file of judgements is said once for each fault, with its line."""

import json
from pathlib import Path

import pytest

from sidecar.judgements.judgements import JudgementsError
from sidecar.workshop.judgements.formats import Format, read_judgements


def faults(tmp_path: Path, text: str, name: str = "data", format: Format | None = None) -> str:
    path = tmp_path / name
    path.write_text(text, encoding="utf8")
    with pytest.raises(JudgementsError) as caught:
        read_judgements(path, format)
    return caught.value.message


def test_every_line_with_a_fault_has_a_line_of_its_own(tmp_path: Path) -> None:
    text = "q 0 a 1\nq 0 b high\nq 0 c nan\nq 0\nq 0 a 2\nq 0 d 1e999\n"
    lines = faults(tmp_path, text).split("\n")
    assert [line.split(": ")[0].split(" ")[-1] for line in lines] == ["2", "3", "4", "5", "6"]
    assert "'high' is no number from -1e6 to 1e6" in lines[0]
    assert "2 columns" in lines[2]
    assert "document 'a' of query 'q' has grade 2 here and 1 in line 1" in lines[3]


def test_the_same_judgement_twice_is_noted(tmp_path: Path) -> None:
    path = tmp_path / "data"
    path.write_text("q 0 a 1\nq 0 a 1.0\n")
    judgements = read_judgements(path)
    assert judgements.grades == {"q": {"a": 1.0}}
    (note,) = judgements.notes
    assert "line 2: document 'a' of query 'q' is judged as in line 1" in note


def test_a_long_list_of_faults_is_cut(tmp_path: Path) -> None:
    lines = faults(tmp_path, "q 0 a 1\n" + "q 0 b x\n" * 50).split("\n")
    assert len(lines) == 21
    assert lines[-1] == "... and 30 more"


@pytest.mark.parametrize("indent", [None, 2])
def test_faults_in_json_have_a_line_and_a_path(tmp_path: Path, indent: int | None) -> None:
    ratings = [{"docId": "a", "rating": "3"}, {"docId": "", "rating": 1}, {"docId": "c"}]
    body = {"judgmentRatings": [{"query": "q", "ratings": ratings}, {"query": 7}]}
    text = json.dumps(body, indent=indent)
    first, second, third = faults(tmp_path, text).split("\n")
    line = 1 if indent is None else 1 + text[: text.index('"docId": ""')].count("\n") - 1
    assert f"line {line} (judgmentRatings[0].ratings[1]): no document is named" in first
    assert "judgmentRatings[0].ratings[2]): the grade None" in second
    assert "judgmentRatings[1].ratings): not {" in third


def test_one_id_in_two_indices_is_a_fault(tmp_path: Path) -> None:
    rated = [{"_index": i, "_id": "1", "rating": 1} for i in ("a", "b")]
    text = json.dumps({"requests": [{"id": "q", "ratings": rated}]})
    assert "judged in two indices" in faults(tmp_path, text)


def test_json_lines_are_read_strictly(tmp_path: Path) -> None:
    lines = [
        '{"query": "q", "document_id": "a", "grade": 1}',
        '{"query": "q", "document_id": "b", "grade": true}',
        '{"query": "q", "document_id": "c", "grade": 1, "weight": 0}',
        '{"query": "q", "document_id": "d", "grade": 1, "rank": 0}',
        '{"document_id": "e", "grade": 1}',
        "[]",
        "{",
    ]
    found = faults(tmp_path, "\n".join(lines)).split("\n")
    assert [f"line {n}" in line for n, line in enumerate(found, 2)] == [True] * 6
    words = ("grade True", "weight 0", "unknown key 'rank'", "no query", "JSON object", "not JSON")
    assert all(word in line for word, line in zip(words, found, strict=True))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        ("<xml/>", "none of the formats"),
        ('{"a": 1}\n{"a": 2}\n', "none of the formats"),
        ('{"judgmentRatings": [', "is not JSON"),
        ("[1, 2]", "none of the formats"),
        ("query,docid,rating\n", "holds no judgement"),
        ('query,docid,rating\n"q,1,1\n', "line 2"),
    ],
)
def test_what_is_no_judgements_is_refused_in_one_line(
    tmp_path: Path, text: str, message: str
) -> None:
    found = faults(tmp_path, text)
    assert message in found
    assert "\n" not in found


def test_a_named_format_is_what_the_file_is_read_as(tmp_path: Path) -> None:
    assert "no column docid, rating" in faults(tmp_path, "query\n", format=Format.QUEPID)
    assert '"requests"' in faults(tmp_path, "{}", format=Format.RANK_EVAL)
    assert "is a file" in faults(tmp_path, "q 0 a 1", format=Format.BEIR)
    with pytest.raises(JudgementsError, match="is a folder"):
        read_judgements(tmp_path, Format.TREC)
    with pytest.raises(JudgementsError, match="no file"):
        read_judgements(tmp_path / "none")
    path = tmp_path / "latin"
    path.write_bytes(b"q 0 \xe9 1\n")
    with pytest.raises(JudgementsError, match="cannot be read"):
        read_judgements(path)
