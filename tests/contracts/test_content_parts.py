"""Content parts: a text part is its text in every API's dialect, an image is refused, and the
fields of a search engine's hit stay fields."""

from typing import Any

import pytest

from sidecar.contracts.dialects.score import SCORE
from sidecar.contracts.dialects.search_engines import ELASTICSEARCH, OPENSEARCH
from sidecar.contracts.dialects.vllm import VLLM
from sidecar.errors import InvalidRequest
from tests.contracts.shapes import SHAPES, body_of, dialect_of

WITHOUT_OBJECTS = ("gradio",)
"""Dialects whose documents are lines of one text."""
APIS = [
    (path, key)
    for path, key in SHAPES
    if dialect_of(path, key).name not in WITHOUT_OBJECTS
    and not path.startswith(("/opensearch/", "/elasticsearch/"))
]
TEXT: dict[str, Any] = {"type": "text", "text": "Red shoe"}
IMAGE: dict[str, Any] = {"type": "image_url", "image_url": {"url": "https://example.org/a.png"}}


@pytest.mark.parametrize(
    "document", [{"content": [TEXT]}, {"role": "user", "content": [TEXT]}, TEXT]
)
@pytest.mark.parametrize(("path", "key"), APIS)
def test_a_text_part_is_its_text(path: str, key: str, document: dict[str, Any]) -> None:
    dialect = dialect_of(path, key)
    parts, plain = (
        dialect.decode(body_of(path, key, "q", ["a", each])) for each in (document, "Red shoe")
    )
    assert parts.documents[1].text == "Red shoe"
    assert parts.documents[1].size == plain.documents[1].size
    assert parts.query == plain.query


@pytest.mark.parametrize(
    "document",
    [
        {"content": [IMAGE]},
        {"content": [TEXT, IMAGE]},
        {"content": [{"type": "input_audio", "input_audio": {"data": "AA=="}}]},
        {"content": [{"type": "video_url"}]},
        {"content": [TEXT, {"type": "file", "file": "a.pdf"}]},
        {"content": [TEXT, IMAGE], "title": "Shoe"},
        IMAGE,
    ],
)
@pytest.mark.parametrize(("path", "key"), APIS)
def test_a_part_that_is_no_text_is_refused(path: str, key: str, document: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequest) as fault:
        dialect_of(path, key).decode(body_of(path, key, "q", ["a", document]))
    assert "[1]: is multimodal, and the model reads text alone; " in fault.value.message
    assert "Qwen3-VL-Reranker" in fault.value.message


def test_several_texts_are_a_line_each() -> None:
    (document,) = VLLM.decode(
        {"query": "q", "documents": [{"content": [TEXT, {"type": "input_text", "text": "Size 9"}]}]}
    ).documents
    assert document.text == document.source == "Red shoe\nSize 9"


def test_a_text_part_must_hold_a_text() -> None:
    with pytest.raises(InvalidRequest, match=r"\[0\]: has a text part without a string `text`"):
        VLLM.decode({"query": "q", "documents": [{"content": [{"type": "text", "text": 3}]}]})


def test_a_query_may_be_parts_too() -> None:
    documents = {"documents": ["a"]}
    assert VLLM.decode({"query": {"content": [TEXT]}, **documents}).query == "Red shoe"
    with pytest.raises(InvalidRequest, match=r"^\$\.query: is multimodal"):
        VLLM.decode({"query": {"content": [IMAGE]}, **documents})
    pairs = SCORE.decode({"text_1": [{"content": [TEXT]}, "b"], "text_2": ["x", "y"]})
    assert pairs.queries == ("Red shoe", "b")
    with pytest.raises(InvalidRequest, match=r"^\$\.text_1: is multimodal"):
        SCORE.decode({"text_1": {"content": [IMAGE]}, "text_2": ["x"]})


def test_vllm_reads_each_part_of_one_message_as_a_text() -> None:
    message = {"content": [TEXT, {"type": "text", "text": "Blue sock"}]}
    request = VLLM.decode({"query": "q", "documents": message})
    assert [document.text for document in request.documents] == ["Red shoe", "Blue sock"]
    request = SCORE.decode({"text_1": message, "text_2": message})
    assert request.queries == ("Red shoe", "Blue sock")


@pytest.mark.parametrize(
    "document",
    [
        {"content": "plain"},
        {"content": [{"type": "paragraph", "text": "x"}]},
        {"content": []},
        {"content": [3, TEXT]},
        {"content": [{"type": ["text"], "text": "x"}]},
        {"type": ["text"], "text": "x"},
        {"type": {"a": 1}, "image": "x"},
        {"content": [TEXT], "title": "Shoe"},
        {"type": "image", "title": "A photo"},
        {"type": "text", "text": "x", "title": "y"},
    ],
)
def test_an_object_of_fields_stays_one(document: dict[str, Any]) -> None:
    (read,) = VLLM.decode({"query": "q", "documents": [document]}).documents
    assert read.fields == document


@pytest.mark.parametrize("dialect", [OPENSEARCH, ELASTICSEARCH], ids=lambda dialect: dialect.name)
def test_the_fields_of_a_hit_are_its_own(dialect: Any) -> None:
    for hit in ({"content": [TEXT]}, {"content": [IMAGE]}, IMAGE, TEXT):
        (read,) = dialect.decode({"query": "q", "documents": [hit]}).documents
        assert read.fields == hit
