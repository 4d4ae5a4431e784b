"""Candidates from a BEIR folder."""

from pathlib import Path

import pytest

from sidecar.judgements.judgements import Judgements
from sidecar.workshop.scored_hits.judged_documents import read_judged_documents

CORPUS = '{"_id": "d1", "text": "red"}\n{"_id": "d2", "fields": {"name": "blue"}}\n'


def test_a_judged_document_that_is_missing_is_a_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "corpus.jsonl").write_text(CORPUS)
    graded = {"q1": {"d1": 1.0, "d2": 0.0}, "q2": {"d2": 1.0}}
    texts = {"q1": "colour", "q2": "shade"}
    read_judged_documents(tmp_path, Judgements(graded, texts))
    assert not caplog.messages
    graded["q1"]["gone"] = 2.0
    found = read_judged_documents(tmp_path, Judgements(graded, texts))
    assert [[hit.document for hit in each.hits] for each in found] == [
        [{"text": "red"}, {"name": "blue"}],
        [{"name": "blue"}],
    ]
    (warning,) = caplog.messages
    assert "1 of 3 judged documents are not there, such as 'gone'" in warning
