"""What a response has beside its results, never inside one: warnings, explanations, the count of
`min_score`, the coverage of a partial answer.

Elasticsearch's parsers refuse unknown keys in a result, and ignore them at the top level.
"""

from typing import Any

from sidecar.request import RankResult

MAX_INDEXES = 20

WARNINGS_SCHEMA: dict[str, Any] = {
    "type": "array",
    "items": {"type": "string"},
    "description": "What the client should know of this answer.",
}
COVERAGE_SCHEMA: dict[str, Any] = {
    "type": "number",
    "minimum": 0,
    "maximum": 1,
    "description": "The share of the documents that were scored before the deadline; absent unless "
    "`on_deadline` is `partial`.",
}
DEGRADED_SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "What answered in place of the model, which failed; absent otherwise.",
    "required": ["by", "reason"],
    "properties": {
        "by": {"enum": ["stand_in", "lexical", "order"]},
        "reason": {"type": "string", "description": "An `error_type`."},
    },
}
BELOW_MIN_SCORE_SCHEMA: dict[str, Any] = {
    "type": "integer",
    "minimum": 0,
    "description": "How many documents `min_score` left out; absent where none could be.",
}
_PART = {
    "type": "object",
    "required": ["name", "kind", "value"],
    "properties": {
        "name": {"type": "string"},
        "kind": {"enum": ["model", "field", "signal", "rule", "hook", "diversity"]},
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
_CONSTRAINT = {
    "type": "object",
    "required": ["name"],
    "properties": {
        "name": {"type": "string", "description": "Of the extractor that read it."},
        "values": {"type": "array", "items": {"type": "string"}},
        "low": {"type": "number"},
        "high": {"type": "number"},
        "excluded": {
            "type": "array",
            "items": {"type": "string"},
            "description": "Values that the query does not want.",
        },
    },
}
_DIVERSITY = {
    "type": "object",
    "description": "Why the document was the next one; of those that `diversify` chose.",
    "required": ["marginal_relevance", "nearest", "similarity"],
    "properties": {
        "marginal_relevance": {"type": "number"},
        "nearest": {
            "type": ["integer", "null"],
            "description": "Index of the document before it that is most like it.",
        },
        "similarity": {"type": "number"},
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
        "constraints": {
            "type": "array",
            "items": _CONSTRAINT,
            "description": "What the query was read to demand and to exclude; absent without any.",
        },
        "shapley": {"type": "object", "additionalProperties": {"type": "number"}},
        "diversity": _DIVERSITY,
    },
}
"""Of what `sidecar.explain` writes; a test checks real answers against it."""


def warnings(result: RankResult) -> list[str]:
    """Every warning of the result: first what was not scored, then what was cut."""
    truncated = [truncation_warning(result.truncated)] if result.truncated else []
    if result.truncated_queries:
        truncated.insert(0, truncated_query_warning(result.truncated_queries))
    unscored = [unscored_warning(result)] if result.unscored else []
    unread = [unread_warning(result)] if result.unread or result.query_unread else []
    shortened = [shortened_warning(result.shortened)] if result.shortened else []
    fieldless = [fieldless_warning(result.without_fields)] if result.without_fields else []
    broken = [broken_warning(result.broken)] if result.broken else []
    degraded = [degraded_warning(result)] if result.degraded else []
    return [
        *degraded,
        *unscored,
        *truncated,
        *shortened,
        *fieldless,
        *broken,
        *unread,
        *result.warnings,
    ]


def truncation_warning(indexes: tuple[int, ...]) -> str:
    """The warning for documents that the model did not see whole."""
    return f"documents that the model did not see whole: {_listed(indexes)}"


def shortened_warning(indexes: tuple[int, ...]) -> str:
    """The warning for long documents that were read in fewer windows to meet the deadline."""
    return f"long documents read in fewer windows to meet the deadline: {_listed(indexes)}"


_ANSWERED = {
    "stand_in": "the stand-in model {model} answered",
    "lexical": "the scores are BM25F's shares of the query, and not the model's",
    "order": "the documents keep the order sent, and the scores say nothing of them",
}


def degraded_warning(result: RankResult) -> str:
    """The warning for an answer that is not the model's."""
    by = result.degraded.by if result.degraded else "order"
    return f"the model failed: {_ANSWERED[by].format(model=result.model)}"


def unscored_warning(result: RankResult) -> str:
    """The warning for documents that were not scored before the deadline."""
    if not result.coverage:
        return "no document was scored before the deadline: all keep the order sent"
    return (
        "documents that were not scored before the deadline, behind the others in the order sent: "
        f"{_listed(result.unscored)}"
    )


def fieldless_warning(indexes: tuple[int, ...]) -> str:
    """The warning for documents that gave a profile none of its fields."""
    return f"documents with none of the profile's fields, read as plain text: {_listed(indexes)}"


def broken_warning(indexes: tuple[int, ...]) -> str:
    """The warning for documents that were cut within their JSON before they came here."""
    return (
        "documents that are a broken piece of JSON, read as plain text without their fields:"
        f" {_listed(indexes)}"
    )


def _listed(indexes: tuple[int, ...]) -> str:
    more = ", ..." if len(indexes) > MAX_INDEXES else ""
    return ", ".join(map(str, indexes[:MAX_INDEXES])) + more


def truncated_query_warning(count: int) -> str:
    """The warning for queries that the model did not see whole."""
    queries = "the query was" if count == 1 else f"{count} queries were"
    return f"{queries} too long and cut"


def unread_warning(result: RankResult) -> str:
    """The warning for texts in a language that the model does not know."""
    query = ["the query"] if result.query_unread else []
    count = len(result.unread)
    documents = [f"{count} document{'s' if count > 1 else ''}"] if count else []
    where = " and ".join([*query, *documents])
    return f"the model knows few of the words of {where}; scores say little there"


def extras_without_warnings(result: RankResult) -> dict[str, Any]:
    """The top-level keys for dialects that have a place of their own for warnings: explanations,
    how many documents `min_score` left out, the share that was scored, what answered in place of
    the model."""
    keys: dict[str, Any] = {}
    if result.coverage is not None:
        keys["coverage"] = round(result.coverage, 4)
    if result.degraded is not None:
        keys["degraded"] = {"by": result.degraded.by, "reason": result.degraded.reason}
    if result.below_min_score is not None:
        keys["below_min_score"] = result.below_min_score
    if result.explanations:
        keys["explanations"] = list(result.explanations)
    return keys


def extras(result: RankResult) -> dict[str, Any]:
    """All top-level keys, with the warnings."""
    messages = warnings(result)
    return {**({"warnings": messages} if messages else {}), **extras_without_warnings(result)}
