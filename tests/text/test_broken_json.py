"""Pieces of a JSON object are told from objects, lists, quotations and prose."""

import json

import pytest

from sidecar.text.broken_json import is_piece_of_object

KNOWN = {"title", "text", "date", "cited_by", "status"}.__contains__
DECISION = {
    "title": 'A v. "B"',
    "court": "Supreme Court",
    "text": "The tenant gave notice. " * 5,
    "date": "2001-02-03",
    "cited_by": 12,
    "status": "overruled",
}


@pytest.mark.parametrize("separators", [(",", ":"), (", ", ": ")])
def test_every_piece_that_has_a_whole_key_is_one(separators: tuple[str, str]) -> None:
    whole = json.dumps(DECISION, separators=separators)
    keys = [f'"{key}"{separators[1]}' for key in DECISION if KNOWN(key)]
    for end in range(len(whole)):
        start_piece = whole[:end]
        complete = any(key in start_piece[:-1] for key in keys)
        assert is_piece_of_object(start_piece, KNOWN) is complete, start_piece
        end_piece = whole[end + 1 :]
        if any(f",{separators[0][1:]}{key}" in end_piece for key in keys[1:]):
            assert is_piece_of_object(end_piece, KNOWN), end_piece
    assert not is_piece_of_object(whole, KNOWN)


@pytest.mark.parametrize(
    "piece",
    [
        'in time.","status":"overruled"}',
        '"status": "overruled"}',
        '  {"title":"A v. B","text":"The tenant',
        'in [{1}] time.","cited_by":3,"date',
        '","date":null,"status":"good"}',
    ],
)
def test_a_piece_of_an_object(piece: str) -> None:
    assert is_piece_of_object(piece, KNOWN)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "The tenant gave notice: in time.",
        "title: A v. B\nstatus: overruled",
        '{"title": "A v. B", "text": "whole"}',
        '[{"title": "one"}, {"title": "two"}]',
        '{"title": "one"}\n{"title": "two"}',
        'Send {"title": "A v. B", "status": "good"} to the court.',
        'The "title": a shoe',
        '{"level": "info", "message": "not a field of the profile',
        'He said, "status": the court knows, "date": none.',
        "def f():\n    return {'title': 1}",
    ],
)
def test_other_texts_are_none(text: str) -> None:
    assert not is_piece_of_object(text, KNOWN)
