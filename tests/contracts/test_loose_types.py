"""Numbers and booleans as loosely as the real servers take them, in every dialect; the keys are
those that /openapi.json declares."""

import json
from typing import Any

import pytest

from sidecar.contracts.dialect import Dialect
from sidecar.contracts.dialects import DIALECTS
from sidecar.contracts.openapi import document
from sidecar.contracts.validation import parse
from sidecar.errors import InvalidRequest
from sidecar.request import RankRequest
from sidecar.workshop.sidecar_process import SidecarProcess
from tests.contracts.shapes import SHAPES, body_of, dialect_of, url_of
from tests.http_client import ask, post, scores

SCHEMAS: dict[str, Any] = document("0")["components"]["schemas"]
INTEGER, BOOLEAN = ["integer", "string"], "boolean"


def keys_of(dialect: Dialect, kind: object) -> list[str]:
    """The keys of the dialect's body, control keys included, that take a value of this type."""
    own = SCHEMAS[dialect.body.__name__]["properties"]
    properties = {**SCHEMAS["Control"]["properties"], **own}
    return [
        key
        for key, schema in properties.items()
        if any(part.get("type") == kind for part in schema.get("anyOf", ()))
    ]


COUNTS = [
    (dialect, key)
    for dialect in DIALECTS
    for key in keys_of(dialect, INTEGER)
    if key not in {"priority", "unit"}  # words, for which a number may stand: test_control.py
]
FLAGS = [(dialect, key) for dialect in DIALECTS for key in keys_of(dialect, BOOLEAN)]


def decode(dialect: Dialect, key: str, value: object) -> RankRequest:
    return dialect.decode({**dialect.example, key: value})


def test_there_are_keys_to_test() -> None:
    keys = {key for _, key in [*COUNTS, *FLAGS]}
    assert {"top_n", "top_k", "truncate_prompt_tokens", "deadline_ms"} <= keys
    assert {"return_documents", "truncate", "truncation", "raw_scores", "explain"} <= keys


@pytest.mark.parametrize(("dialect", "key"), COUNTS, ids=lambda part: getattr(part, "name", part))
def test_whole_numbers(dialect: Dialect, key: str) -> None:
    exact = decode(dialect, key, 2)
    assert exact != decode(dialect, key, 3) or key == "max_chunks_per_doc"
    for value in ("2", " 2 ", "2.0", 2.0):
        assert decode(dialect, key, value) == exact
    refused: list[object] = ["2.5", 2.5, "two", "", [2], *([] if key == "shapley" else [True])]
    for value in refused:
        with pytest.raises(InvalidRequest, match=rf"^\$\.{key}: "):
            decode(dialect, key, value)


@pytest.mark.parametrize(("dialect", "key"), FLAGS, ids=lambda part: getattr(part, "name", part))
def test_booleans(dialect: Dialect, key: str) -> None:
    spellings: dict[bool, list[object]] = {
        True: ["true", "True", "TRUE", *([] if key == "shapley" else [1, 1.0, "1", "yes"])],
        False: ["false", "False", 0, 0.0, "0"],
    }
    for exact, loose in spellings.items():
        for value in loose:
            assert decode(dialect, key, value) == decode(dialect, key, exact)
    for value in ("maybe", "2.5", 2.5, "", [True]):
        with pytest.raises(InvalidRequest, match=rf"^\$\.{key}: "):
            decode(dialect, key, value)


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_numbers_inside_our_own_objects(dialect: Dialect) -> None:
    loose = {"fields": {"title": "0.5"}, "long": {"top": "2", "overlap": "0.25"}}
    exact = {"fields": {"title": 0.5}, "long": {"top": 2, "overlap": 0.25}}
    assert dialect.decode({**dialect.example, **loose}) == dialect.decode(
        {**dialect.example, **exact}
    )
    for key, value in (("fields", {"title": True}), ("long", {"top": True})):
        with pytest.raises(InvalidRequest, match=rf"^\$\.{key}\.\w+: must be a number"):
            decode(dialect, key, value)


@pytest.mark.parametrize(("path", "key"), SHAPES)
def test_half_a_surrogate_pair_and_a_byte_order_mark(
    server: SidecarProcess, path: str, key: str
) -> None:
    broken = body_of(path, key, "red HALF", ["shoe HALF", "sock"])
    whole = body_of(path, key, "red \ufffd", ["shoe \ufffd", "sock"])
    raw = json.dumps(broken).replace("HALF", r"\ud83d").encode()
    assert parse(raw) == whole
    answer = ask(server, url_of(path), b"\xef\xbb\xbf" + raw)
    assert answer.status == 200
    assert scores(answer) == scores(post(server, url_of(path), whole))


NULLABLE = [(path, key) for path, key in SHAPES if dialect_of(path, key).name != "gradio"]


@pytest.mark.parametrize(("path", "key"), NULLABLE)
def test_a_null_document_is_an_empty_one(server: SidecarProcess, path: str, key: str) -> None:
    null = body_of(path, key, "red shoes", ["red shoe", None, {"text": None}])
    empty = body_of(path, key, "red shoes", ["red shoe", "", ""])
    answer = post(server, url_of(path), null)
    assert answer.status == 200
    assert scores(answer) == scores(post(server, url_of(path), empty))
