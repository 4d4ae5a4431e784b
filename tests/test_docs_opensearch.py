"""docs/opensearch.md shows the bodies that es_integration sends, to the letter."""

import json
import re
from pathlib import Path

from es_integration import (
    flat_connector,
    flat_pipeline,
    flat_search,
    structured_connector,
    structured_pipeline,
    structured_search,
)

TEXT = (Path(__file__).parent.parent / "docs" / "opensearch.md").read_text()
URL = "http://127.0.0.1:8080"


def test_the_documented_bodies_are_the_real_ones() -> None:
    _, *bodies = map(json.loads, re.findall(r"```json\n(.*?)```", TEXT, re.DOTALL))
    assert bodies == [
        structured_connector(URL),
        structured_pipeline("MODEL_ID", ["title", "brand", "price"]),
        structured_search({"match": {"title": "red shoes"}}, "red shoes", size=50),
        flat_connector(URL),
        flat_pipeline("MODEL_ID", ["text"]),
        flat_search({"match": {"text": "red shoes"}}, "red shoes", size=50),
    ]
