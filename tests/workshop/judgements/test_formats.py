"""Every format: recognised from its content, read, and written so that it reads the same again."""

import json
from pathlib import Path

import pytest

from sidecar.judgements.judgements import Judgements, JudgementsError
from sidecar.workshop.judgements.formats import Format, read_judgements, write_judgements
from sidecar.workshop.judgements.query_texts import read_query_texts

GRADES = {"red shoes": {"p1": 3.0, "p2": 0.0}, "größe 39,5": {"p1": 1.0}}
TEXTS = {query: query for query in GRADES}

WORKBENCH = {
    "name": "Imported",
    "type": "IMPORT_JUDGMENT",
    "judgmentRatings": [
        {"query": query, "ratings": [{"docId": d, "rating": f"{g:.3f}"} for d, g in rated.items()]}
        for query, rated in GRADES.items()
    ],
}
RANK_EVAL = {
    "requests": [
        {
            "id": query,
            "request": {"query": {"bool": {"must": [{"match": {"title": {"query": query}}}]}}},
            "ratings": [{"_index": "i", "_id": d, "rating": g} for d, g in rated.items()],
        }
        for query, rated in GRADES.items()
    ],
    "metric": {"dcg": {"k": 10}},
}
FILES = {
    Format.QUEPID: 'query,docid,rating\nred shoes,p1,3\nred shoes,p2,0\n"größe 39,5",p1,1\n',
    Format.WORKBENCH: json.dumps(WORKBENCH),
    Format.RANK_EVAL: json.dumps(RANK_EVAL, indent=1),
    Format.JSONL: "".join(
        json.dumps({"query": query, "document_id": document, "grade": grade}) + "\n"
        for query, rated in GRADES.items()
        for document, grade in rated.items()
    ),
}


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf8")
    return path


@pytest.mark.parametrize("format", FILES)
def test_a_format_is_recognised_by_its_content(tmp_path: Path, format: Format) -> None:
    path = written(tmp_path, "data", FILES[format])
    for judgements in (read_judgements(path), read_judgements(path, format)):
        assert judgements.grades == GRADES
        assert judgements.texts == TEXTS


@pytest.mark.parametrize(
    "text",
    [
        "q1 0 p1 3\nq1 0 p2 0\nq2\t0\tp1\t1\n",
        "q1\tp1\t3\nq1\tp2\t0\r\nq2\tp1\t1",
        "\ufeffquery-id\tcorpus-id\tscore\nq1\tp1\t3\n\nq1\tp2\t0\nq2\tp1\t1\n",
    ],
)
def test_trec_has_four_columns_or_three(tmp_path: Path, text: str) -> None:
    judgements = read_judgements(written(tmp_path, "qrels.txt", text))
    assert judgements.grades == {"q1": {"p1": 3.0, "p2": 0.0}, "q2": {"p1": 1.0}}
    assert not judgements.texts


@pytest.mark.parametrize("qrels", ["qrels/test.tsv", "qrels/dev.tsv", "qrels.tsv", "dl19.qrels"])
def test_a_beir_folder_brings_its_queries(tmp_path: Path, qrels: str) -> None:
    (tmp_path / "qrels").mkdir()
    written(tmp_path, qrels, "query-id\tcorpus-id\tscore\nq1\td 1\t2\nq3\td2\t1\n")
    written(tmp_path, "queries.jsonl", '{"_id": "q1", "text": "red"}\n{"_id": "q2", "text": "x"}\n')
    judgements = read_judgements(tmp_path)
    assert judgements.grades == {"q1": {"d 1": 2.0}, "q3": {"d2": 1.0}}
    assert judgements.texts == {"q1": "red"}
    (note,) = judgements.notes
    name = Path(qrels).name
    assert f"1 of 2 queries that {name} judges are not there, such as 'q3'" in note


def test_of_several_qrels_the_test_set_is_read_or_one_must_be_named(tmp_path: Path) -> None:
    (tmp_path / "qrels").mkdir()
    for name in ("dev", "train"):
        written(tmp_path / "qrels", f"{name}.tsv", f"q\t{name}\t1\n")
    with pytest.raises(JudgementsError, match=r"dev\.tsv, train\.tsv"):
        read_judgements(tmp_path)
    written(tmp_path / "qrels", "test.tsv", "q\ttest\t1\n")
    assert read_judgements(tmp_path).grades == {"q": {"test": 1.0}}


def test_the_workbenchs_answers_and_early_lists_are_read(tmp_path: Path) -> None:
    early = {
        query: [{"docId": d, "rating": g} for d, g in rated.items()]
        for query, rated in GRADES.items()
    }
    answer = {"hits": {"hits": [{"_source": {"name": "n", "judgmentRatings": early}}]}}
    path = written(tmp_path, "list.json", json.dumps(answer))
    assert read_judgements(path).grades == GRADES


def test_a_templates_only_parameter_is_the_text_of_a_rank_eval_query(tmp_path: Path) -> None:
    params = [{"query_string": "red", "field": "title"}, {"words": "blue"}, {"a": "x", "b": "y"}]
    requests = [
        {"id": i, "template_id": "t", "params": each, "ratings": [{"_id": 1, "rating": 1}]}
        for i, each in enumerate(params)
    ]
    path = written(tmp_path, "body.json", json.dumps({"requests": requests}))
    judgements = read_judgements(path)
    assert judgements.texts == {"0": "red", "1": "blue"}
    assert judgements.grades["2"] == {"1": 1.0}


@pytest.mark.parametrize("name", ["a.jsonl", "b.csv", "c.json", "folder"])
def test_what_is_written_reads_the_same(tmp_path: Path, name: str) -> None:
    given = Judgements(GRADES | {"=cmd": {"p9": 0.25}}, TEXTS | {"=cmd": "=cmd"})
    assert write_judgements(given, tmp_path / name) == []
    judgements = read_judgements(tmp_path / name)
    assert judgements.grades == given.grades
    assert judgements.texts == given.texts
    assert [path.name for path in tmp_path.iterdir()] == [name]  # and no part is left


def test_weights_and_ids_live_in_json_lines_alone(tmp_path: Path) -> None:
    given = Judgements({"q1": {"p1": 0.5}}, {"q1": "red"}, {"q1": {"p1": 31.5}})
    assert write_judgements(given, tmp_path / "a.jsonl") == []
    judgements = read_judgements(tmp_path / "a.jsonl")
    assert judgements == given
    assert judgements.weight("q1", "p1") == 31.5
    assert judgements.weight("q1", "other") == 1.0
    lost = write_judgements(given, tmp_path / "a.qrels")
    assert [line.split(" ")[0] for line in lost] == ["trec", "trec", "trec_eval"]
    assert (tmp_path / "a.qrels").read_text() == "q1 0 p1 0.5\n"


@pytest.mark.parametrize("name", ["a.csv", "a.json", "a.xml", "folder"])
def test_what_a_format_cannot_hold_is_refused_and_nothing_is_written(
    tmp_path: Path, name: str
) -> None:
    with pytest.raises(JudgementsError):
        write_judgements(Judgements({"q 1": {"p1": 1.0}}), tmp_path / name)
    assert not [*tmp_path.iterdir()]


def test_relevant_documents_have_the_threshold_or_more() -> None:
    judgements = Judgements({"a": {"1": 2.0, "2": 1.0, "3": 0.0}, "b": {"1": 0.0, "2": -1.0}})
    assert judgements.relevant("a") == {"1", "2"}
    assert judgements.relevant("a", 2) == {"1"}
    assert judgements.without_relevant() == ["b"]
    assert len(judgements) == 5


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("q.tsv", 'q1\tred\nq2\ta "quoted" one\n'),
        ("q.csv", 'query_id,query\nq1,red\nq2,"a ""quoted"" one"\n'),
        ("q.jsonl", '{"_id": "q1", "text": "red"}\n{"id": "q2", "query": "a \\"quoted\\" one"}\n'),
    ],
)
def test_query_texts_come_from_a_file_beside(tmp_path: Path, name: str, text: str) -> None:
    texts = read_query_texts(written(tmp_path, name, text))
    assert texts == {"q1": "red", "q2": 'a "quoted" one'}
    judgements = Judgements({"q1": {"p": 1.0}}).with_texts(texts)
    assert judgements.texts == {"q1": "red"}


@pytest.mark.parametrize("text", ["q1 red\n", "q1\tred\nq1\tblue\n", "", "q1\t\n"])
def test_query_texts_with_a_fault_are_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(JudgementsError, match=r"q\.tsv"):
        read_query_texts(written(tmp_path, "q.tsv", text))


def test_queries_named_by_their_texts_are_numbered_for_trec(tmp_path: Path) -> None:
    given = Judgements(GRADES, TEXTS)
    lost = write_judgements(given, tmp_path / "a.qrels")
    (line,) = lost  # the texts are not lost: they are in the file beside
    assert "queries are numbered, see a.qrels.queries.tsv" in line
    assert (tmp_path / "a.qrels").read_text() == "1 0 p1 3\n1 0 p2 0\n2 0 p1 1\n"
    texts = read_query_texts(tmp_path / "a.qrels.queries.tsv")
    assert texts == {"1": "red shoes", "2": "größe 39,5"}
    with pytest.raises(JudgementsError, match="'p 1' has one"):
        write_judgements(Judgements({"q 1": {"p 1": 1.0}}), tmp_path / "b.qrels")
    assert not [*tmp_path.glob("b*")]
