"""examples/learn/loop.py in its short form, with a node as its first stage."""

import json
from importlib import import_module
from pathlib import Path

import pytest

pytest.importorskip("ir_measures", reason="the loop needs the extra `learn`")
pytest.importorskip("bm25s", reason="the loop needs the extra `demo`")

from opensearchpy import OpenSearch

from es_integration import LocalOpenSearch
from tests.examples.scripts import importable

pytestmark = pytest.mark.node
SHORT = ("--queries", "10", "--searches", "60", "--users", "30", "--nights", "1")


def test_the_loop_searches_a_node_and_leaves_nothing_there(
    search_node: LocalOpenSearch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with importable("learn"):
        loop, learning = import_module("loop"), import_module("learning")
        monkeypatch.setattr(learning, "can_train", lambda: False)
        loop.main([str(tmp_path / "shop"), *SHORT, "--cluster", search_node.url])
    report = (tmp_path / "shop" / "report.html").read_text()
    assert "first stage: OpenSearch" in report
    lines = (tmp_path / "shop" / "hits.jsonl").read_text().splitlines()
    assert all(json.loads(line)["hits"] for line in lines)
    with OpenSearch(search_node.url, timeout=90) as client:
        assert not client.indices.exists(index="rerank-demo-products")
