"""A search body with placeholders for the query's text. Pure.

{"query": {"multi_match": {"query": "{{query}}", "fields": ["title^3", "description"]}}}

`{{query}}` and `{{query_text}}` are search templates' form, `%SearchText%` is that of the Search
Relevance Workbench. They are replaced inside of strings after the JSON was read, so no text of a
user can change the search.
"""

import json
from pathlib import Path
from typing import Any

from es_integration.search.page import OTHER_PAGING, sorted_otherwise
from sidecar.workshop.evaluation.candidates import EvaluationError

PLACEHOLDERS = ("{{query}}", "{{query_text}}", "%SearchText%")


def read_body(file: Path) -> dict[str, Any]:
    """The body. Raises EvaluationError when it is none, has no placeholder, or pages or sorts in a
    way that leaves no first hits to rerank."""
    try:
        body = json.loads(file.read_text(encoding="utf-8-sig"))
    except OSError as fault:
        raise EvaluationError(f"{file} cannot be read: {fault.strerror}") from None
    except json.JSONDecodeError as fault:
        raise EvaluationError(f"{file}, line {fault.lineno}: is not JSON: {fault.msg}") from None
    except UnicodeDecodeError as fault:
        raise EvaluationError(f"{file} cannot be read: {fault}") from None
    if not isinstance(body, dict):
        raise EvaluationError(f"{file} is no search body: it must be a JSON object")
    if not any(placeholder in json.dumps(body) for placeholder in PLACEHOLDERS):
        names = ", ".join(PLACEHOLDERS)
        raise EvaluationError(f"{file} has no placeholder for the query's text: {names}")
    if other := next((key for key in OTHER_PAGING if key in body), None):
        raise EvaluationError(f"{file}: {other}: the first hits are reranked; leave it out")
    if body.get("from") or sorted_otherwise(body, {}):
        raise EvaluationError(f"{file}: the best hits by score are reranked: no `from`, no `sort`")
    return body


def with_text(body: Any, text: str) -> Any:
    """The body with that text in place of every placeholder."""
    if isinstance(body, dict):
        return {key: with_text(value, text) for key, value in body.items()}
    if isinstance(body, list):
        return [with_text(value, text) for value in body]
    if isinstance(body, str):
        return _filled(body, text)
    return body


def _filled(template: str, text: str) -> str:
    """Every placeholder once: a text that holds one itself is left as it is."""
    for placeholder in PLACEHOLDERS:
        if placeholder in template:
            parts = template.split(placeholder)
            return text.join(_filled(part, text) for part in parts)
    return template
