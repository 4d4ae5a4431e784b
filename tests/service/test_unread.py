"""Texts that the model cannot read: the warning in the answer, and the metric."""

import re
from typing import Any

import pytest

from sidecar.workshop.sidecar_process import SidecarProcess
from tests.http_client import ask, post

RUSSIAN = "кроссовки для бега мужские красные"
TOLD = "the model knows few of the words of the query and 2 documents; scores say little there"


def counted(server: SidecarProcess, text: str) -> float:
    metrics = ask(server, "/metrics").raw.decode()
    match = re.search(rf'^rerank_unread_texts_total{{text="{text}"}} (\S+)$', metrics, re.M)
    return float(match[1]) if match else 0.0


@pytest.mark.parametrize(
    "body",
    [
        {"documents": [RUSSIAN, "red shoes", {"title": RUSSIAN}]},
        {"documents": [{"title": RUSSIAN}, {"title": RUSSIAN}], "profile": "ecommerce"},
    ],
)
def test_the_answer_and_the_metric_say_it(server: SidecarProcess, body: dict[str, Any]) -> None:
    before = [counted(server, text) for text in ("query", "document")]
    answer = post(server, "/v2/rerank", {"query": RUSSIAN, **body})
    assert answer.body["meta"]["warnings"] == [TOLD]
    assert answer.headers["x-rerank-warnings"] == TOLD
    after = [counted(server, text) for text in ("query", "document")]
    assert [late - early for late, early in zip(after, before, strict=True)] == [1, 2]


def test_a_text_that_is_read_is_not_warned_of(server: SidecarProcess) -> None:
    answer = post(server, "/v2/rerank", {"query": "red shoes", "documents": ["Größe 42, weiß"]})
    assert "warnings" not in answer.body["meta"]
