"""Search bodies with placeholders."""

from pathlib import Path

import pytest

from sidecar.workshop.evaluation.candidates import EvaluationError
from sidecar.workshop.evaluation.first_stage import FirstStage
from sidecar.workshop.evaluation.search_body import read_body, with_text

TRICKY = '"}, {{query}} %SearchText% \\'


@pytest.mark.parametrize("placeholder", ["{{query}}", "{{query_text}}", "%SearchText%"])
def test_a_text_stays_a_text(tmp_path: Path, placeholder: str) -> None:
    path = tmp_path / "body.json"
    path.write_text(
        '{"query": {"bool": {"should": [{"match": {"t": "a %s b"}}]}}, "k": 3}'.replace(
            "%s", placeholder
        )
    )
    body = with_text(read_body(path), TRICKY)
    assert body == {"query": {"bool": {"should": [{"match": {"t": f"a {TRICKY} b"}}]}}, "k": 3}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"query": {"match_all": {}}}', "no placeholder"),
        ("[]", "JSON object"),
        ("{", "line 1: is not JSON"),
        ('{"q": "{{query}}", "sort": ["price"]}', "no `sort`"),
        ('{"q": "{{query}}", "from": 10}', "no `from`"),
        ('{"q": "{{query}}", "search_after": [1]}', "search_after"),
    ],
)
def test_bodies_that_cannot_be_a_first_stage_are_refused(
    tmp_path: Path, text: str, message: str
) -> None:
    path = tmp_path / "body.json"
    path.write_text(text)
    with pytest.raises(EvaluationError, match=message):
        read_body(path)


def test_only_what_the_model_reads_leaves_the_cluster() -> None:
    body = {"query": {"match": {"title": "{{query}}"}}, "_source": ["brand"], "size": 3}
    stage = FirstStage("i", body, 50, ("title", "text"), id_field="sku")
    asked = stage.search_body("red")
    assert asked["query"] == {"match": {"title": "red"}}
    assert (asked["from"], asked["size"]) == (0, 50)
    assert asked["_source"] == {"includes": ["title", "text", "sku", "title", "name"]}
    whole = FirstStage("i", {"query": {"match": {"title": "{{query}}"}}}, 50)
    assert "_source" not in whole.search_body("red")
