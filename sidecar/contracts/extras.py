"""What an answer says beside its results: warnings and explanations, never inside an item."""

from typing import Any

from sidecar.request import RankResult

MOST_INDEXES = 20

WARNINGS_SCHEMA: dict[str, Any] = {
    "type": "array",
    "items": {"type": "string"},
    "description": "What the client should know of this answer.",
}
_PART = {
    "type": "object",
    "required": ["name", "kind", "value"],
    "properties": {
        "name": {"type": "string"},
        "kind": {"enum": ["model", "field", "signal", "rule", "hook"]},
        "value": {"type": "number", "description": "Of the logit."},
    },
}
_EVIDENCE = {
    "type": ["object", "null"],
    "description": "The best window of a long document, in code points of the field's text.",
    "required": ["field", "start", "end"],
    "properties": {
        "field": {"type": "string"},
        "start": {"type": "integer", "minimum": 0},
        "end": {"type": "integer", "minimum": 0},
    },
}
EXPLANATION_SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "Why a result has its score. The parts add up to the logit.",
    "required": ["index", "logit", "score", "parts", "rules", "truncated", "evidence"],
    "properties": {
        "index": {"type": "integer", "minimum": 0},
        "logit": {"type": "number"},
        "score": {"type": "number", "minimum": 0, "maximum": 1},
        "parts": {"type": "array", "items": _PART},
        "rules": {"type": "array", "items": {"type": "string"}},
        "truncated": {"type": "boolean"},
        "evidence": _EVIDENCE,
        "shapley": {"type": "object", "additionalProperties": {"type": "number"}},
    },
}
"""What `sidecar.explain` writes; a test holds real answers to it."""


def warnings(result: RankResult) -> list[str]:
    """All that the client is told of this answer, truncation first."""
    truncated = [truncation_warning(result.truncated)] if result.truncated else []
    unread = [unread_warning(result)] if result.unread or result.query_unread else []
    return [*truncated, *unread, *result.warnings]


def truncation_warning(indexes: tuple[int, ...]) -> str:
    """What a client is told of documents that the model did not see whole."""
    shown = ", ".join(map(str, indexes[:MOST_INDEXES]))
    more = ", ..." if len(indexes) > MOST_INDEXES else ""
    return f"documents that the model did not see whole: {shown}{more}"


def unread_warning(result: RankResult) -> str:
    """What a client is told of texts in a language that the model does not know."""
    query = ["the query"] if result.query_unread else []
    count = len(result.unread)
    documents = [f"{count} document{'s' if count > 1 else ''}"] if count else []
    where = " and ".join([*query, *documents])
    return f"the model knows few of the words of {where}; scores say little there"


def explanations(result: RankResult) -> dict[str, Any]:
    """The top-level key that an object-shaped answer gains when explanations were asked for."""
    return {"explanations": list(result.explanations)} if result.explanations else {}


def extras(result: RankResult) -> dict[str, Any]:
    """All top-level keys for a dialect without a place of its own for warnings."""
    told = warnings(result)
    return {**({"warnings": told} if told else {}), **explanations(result)}
