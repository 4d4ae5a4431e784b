"""Judged collections in the forms that people have, and pools of BM25's candidates."""

import json
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("ir_measures", reason="measuring models needs the extra `build`")
pytest.importorskip("bm25s", reason="measuring models needs the extra `build`")

from sidecar.errors import ModelError
from sidecar.workshop.model.check.bm25_baseline import bm25_scores
from sidecar.workshop.model.check.judged_collection import read_judged
from sidecar.workshop.model.check.quality import measure

CORPUS = {"d1": "red lamp", "d2": "blue lamp", "d3": "green shoe"}
QUERIES = {"q1": "lamp in red", "q2": "shoes for running"}
GRADES = {"q1": {"d1": 1.0, "d2": 0.0}, "q2": {"d3": 2.0, "d1": 0.0}}


def lines(texts: dict[str, str]) -> str:
    return "".join(json.dumps({"_id": key, "text": text}) + "\n" for key, text in texts.items())


def table(texts: dict[str, str]) -> str:
    return "".join(f"{key}\t{text}\n" for key, text in texts.items())


def write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        file = folder / name.replace("__", "/").replace("_tsv", ".tsv").replace("_jsonl", ".jsonl")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf8")
    return folder


TREC_QRELS = "q1 0 d1 1\nq1 0 d2 0\nq2 0 d3 2\nq2 0 d1 0\n"
BEIR_QRELS = "query-id\tcorpus-id\tscore\n" + TREC_QRELS.replace(" 0 ", "\t").replace(" ", "\t")


@pytest.mark.parametrize(
    "files",
    [
        {
            "corpus_jsonl": lines(CORPUS),
            "queries_jsonl": lines(QUERIES),
            "qrels__test_tsv": BEIR_QRELS,
        },
        {"collection_tsv": table(CORPUS), "queries_tsv": table(QUERIES), "qrels": TREC_QRELS},
        {"corpus_tsv": table(CORPUS), "topics_tsv": table(QUERIES), "qrels.txt": TREC_QRELS},
        {"corpus_jsonl": lines(CORPUS), "queries_tsv": table(QUERIES), "dl19.qrels": TREC_QRELS},
    ],
    ids=["beir", "trec", "trec with topics", "mixed"],
)
def test_every_form_is_the_same_collection(files: dict[str, str], tmp_path: Path) -> None:
    judged = read_judged(write(tmp_path / "set", **files), None)
    assert judged.texts == CORPUS
    assert {pool.query_id: pool.grades for pool in judged.pools} == GRADES
    assert [pool.query for pool in judged.pools] == list(QUERIES.values())


def test_what_is_wrong_with_a_table_is_told_with_its_line(tmp_path: Path) -> None:
    files = {
        "collection_tsv": "d1\tred\nno tab\n",
        "queries_tsv": table(QUERIES),
        "qrels": "q1 d1 1",
    }
    with pytest.raises(ModelError, match=r"collection\.tsv, line 2: not a document ID"):
        read_judged(write(tmp_path / "a", **files), None)
    files |= {"collection_tsv": table(CORPUS), "qrels": "q1 0 d1 good\n"}
    with pytest.raises(ModelError, match="line 1: the grade 'good'"):
        read_judged(write(tmp_path / "b", **files), None)
    (tmp_path / "b" / "qrels").unlink()
    with pytest.raises(ModelError, match=r"has no qrels\.tsv and no qrels/test\.tsv"):
        read_judged(tmp_path / "b", None)


@pytest.mark.parametrize(
    ("name", "row", "fault"),
    [
        ("corpus_jsonl", '{"_id": "d1", "fields": {}}', r"corpus\.jsonl, line 1 is not"),
        ("corpus_jsonl", '{"_id": "d1", "text": null}', r"corpus\.jsonl, line 1 is not"),
        ("corpus_jsonl", '{"_id": null, "text": "a"}', r"corpus\.jsonl, line 1 is not"),
        ("corpus_jsonl", '{"_id": ["d1"], "text": "a"}', r"corpus\.jsonl, line 1 is not"),
        ("corpus_jsonl", '{"_id": "d1", "text": ["a"]}', r"corpus\.jsonl, line 1 is not"),
        (
            "queries_jsonl",
            '{"_id": "q1", "fields": {"title": "a"}}',
            r"queries\.jsonl, line 1: not a",
        ),
    ],
)
def test_a_row_without_a_text_is_a_fault(tmp_path: Path, name: str, row: str, fault: str) -> None:
    files = {"corpus_jsonl": lines(CORPUS), "queries_jsonl": lines(QUERIES), "qrels": TREC_QRELS}
    with pytest.raises(ModelError, match=fault):
        read_judged(write(tmp_path / "set", **files | {name: row}), None)


@pytest.mark.parametrize(
    ("name", "row"), [("corpus_jsonl", lines({"d1": "green"})), ("collection_tsv", "d1\tgreen\n")]
)
def test_two_texts_of_one_document_are_a_fault(tmp_path: Path, name: str, row: str) -> None:
    """Or which of them is measured is chance. The same text again is none."""
    text = (lines if name == "corpus_jsonl" else table)(CORPUS)
    files = {"queries_jsonl": lines(QUERIES), "qrels": TREC_QRELS}
    same = write(tmp_path / "same", **files | {name: text + text})
    assert read_judged(same, None).texts == CORPUS
    with pytest.raises(ModelError, match="line 4: document 'd1' has another text before"):
        read_judged(write(tmp_path / "other", **files | {name: text + row}), None)


def test_a_corpus_without_documents_is_told(tmp_path: Path) -> None:
    files = {"corpus_jsonl": "\n", "queries_jsonl": lines(QUERIES), "qrels": TREC_QRELS}
    with pytest.raises(ModelError, match=r"corpus\.jsonl holds no document"):
        read_judged(write(tmp_path / "set", **files), None)


def test_a_packed_file_is_told(tmp_path: Path) -> None:
    files = {"collection.tsv.gz": "", "queries_jsonl": lines(QUERIES), "qrels": TREC_QRELS}
    with pytest.raises(ModelError, match=r"no corpus\.tsv: unpack collection\.tsv\.gz"):
        read_judged(write(tmp_path / "set", **files), None)


def test_grades_of_other_documents_are_told(tmp_path: Path) -> None:
    """Such as those of another export of the index."""
    files = {"corpus_jsonl": lines(CORPUS), "queries_jsonl": lines(QUERIES)}
    folder = write(tmp_path / "set", **files, qrels="q1 0 x1 1\nq1 0 x2 0\nq9 0 d1 1\n")
    for candidates in (None, 5):
        with pytest.raises(ModelError, match="the IDs of its grades are others"):
            read_judged(folder, None, candidates=candidates)


def test_what_is_judged_and_missing_is_a_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Or a corpus that lost half of its lines looks like a better model."""
    whole = {"corpus_jsonl": lines(CORPUS), "queries_jsonl": lines(QUERIES), "qrels": TREC_QRELS}
    read_judged(write(tmp_path / "whole", **whole), None)
    assert not caplog.messages
    qrels = f"{TREC_QRELS}q1 0 x1 1\nq1 0 x2 0\nq9 0 d1 1\n"
    judged = read_judged(write(tmp_path / "set", **whole | {"qrels": qrels}), None)
    assert {pool.query_id: pool.grades for pool in judged.pools} == GRADES
    documents, queries = caplog.messages
    assert "1 of 3 queries that qrels judges are not there, such as 'q9'" in queries
    assert "2 of 5 judged documents are not there, such as 'x1'" in documents


def test_bm25s_best_are_ranked_where_positives_alone_are_judged(tmp_path: Path) -> None:
    """As in most sets of BEIR. What BM25 misses counts as not found."""
    corpus = {f"d{number}": f"lamp number {number}" for number in range(20)}
    corpus |= {"d1": "red lamp lamp", "far": "a torch"}
    folder = write(
        tmp_path / "set",
        corpus_jsonl=lines(corpus),
        queries_jsonl=lines({"q1": "lamp red", "q2": "nothing shared", "q3": "number 7"}),
        qrels="q1 0 d1 1\nq1 0 far 1\nq2 0 far 1\nq3 0 d7 0\n",
    )
    with pytest.raises(ModelError, match="give --pool bm25:100"):
        read_judged(folder, None)
    judged = read_judged(folder, None, candidates=5)
    (pool,) = judged.pools  # q2 finds nothing, q3 has nothing relevant
    assert len(pool.documents) == 5
    assert pool.documents[0] == "d1"
    assert judged.pairs[0] == ("lamp red", "red lamp lamp")
    quality = measure(judged, bm25_scores(judged))
    assert quality.mean("MRR@10") == 1
    assert quality.mean("nDCG@10") == pytest.approx(1 / (1 + 1 / np.log2(3)))


def test_chinese_and_other_scripts_have_words_for_bm25(tmp_path: Path) -> None:
    corpus = {"a": "茶叶的产地", "b": "铁路的历史", "c": "Größe der Räder", "d": "Gro e der R der"}
    folder = write(
        tmp_path / "set",
        corpus_jsonl=lines(corpus),
        queries_jsonl=lines({"q1": "茶叶产自哪里", "q2": "Größe Räder"}),
        qrels="q1 0 a 1\nq2 0 c 1\n",
    )
    judged = read_judged(folder, None, candidates=1)
    assert [pool.documents for pool in judged.pools] == [("a",), ("c",)]
