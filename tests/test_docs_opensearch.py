"""docs/opensearch.md shows the bodies that es_integration sends, to the letter."""

import json
import re
from pathlib import Path
from typing import Any

from es_integration import OpenSearchInstall, Route, flat_search, structured_search
from es_integration.opensearch.bodies import connector, credential, highlight, model, pipeline
from es_integration.opensearch.capabilities import Capabilities
from es_integration.opensearch.settings import PRIVATE, TRUSTED
from es_integration.opensearch.spec import SINCE, Highlighter

TEXT = (Path(__file__).parent.parent / "docs" / "opensearch.md").read_text()
SPEC = OpenSearchInstall("http://127.0.0.1:8080", fields=("title", "brand", "price"))


def bodies(route: Route, search: Any) -> list[Any]:
    return [
        connector(SPEC, route) | credential(SPEC),
        model(SPEC, route, "CONNECTOR_ID"),
        pipeline(SPEC, route, "MODEL_ID"),
        search({"match": {"title": "red shoes"}}, "red shoes", size=50),
    ]


def test_the_documented_bodies_are_the_real_ones() -> None:
    first, settings, *shown = map(json.loads, re.findall(r"```json\n(.*?)```", TEXT, re.DOTALL))
    query = "red running shoes under $100"
    assert first == structured_search({"match": {"title": query}}, query, size=50)
    assert list(settings["persistent"]) == [TRUSTED, PRIVATE]
    assert settings["persistent"][TRUSTED][-1] == SPEC.pattern
    search, answer, called = shown[8:]
    assert shown[:8] == [
        *bodies(Route.STRUCTURED, structured_search),
        *bodies(Route.FLAT, flat_search),
    ]
    assert called == connector(SPEC, Highlighter.SEMANTIC) | credential(SPEC)
    assert search == structured_search({"match": {"title": "red shoes"}}, "red shoes", size=10) | {
        "highlight": highlight("description", "MODEL_ID")
    }
    assert [*answer["highlight"]] == ["description"]


def test_the_documented_versions_are_those_that_are_asked_for() -> None:
    (row,) = re.findall(r"^\| since \| (.*?) \| (.*?) \|$", TEXT, re.MULTILINE)
    assert row == tuple(".".join(map(str, SINCE[route])) for route in Route)
    assert f"needs OpenSearch {'.'.join(map(str, SINCE[Highlighter.SEMANTIC]))}" in TEXT
    processors = frozenset({"rerank", "ml_inference"})
    assert Capabilities("2.18.0", processors).lacks(Route.STRUCTURED) is None
