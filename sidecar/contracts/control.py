"""Per-search control, the same in every dialect and by four channels.

    keys of the request body              {"query": "shoes", "documents": [...], "fields": {...}}
    the query, when it is an object       {"query": {"query_text": "shoes", "fields": {...}}}
    headers, for clients that add no key  X-Rerank-Fields: {"title": 3}
                                          X-Request-Deadline-Ms: 200
    JSON in the query's text              on a route opened with ?query=json, and there alone

A key of the query object beats the body's, and that beats the header's: the nearer to the search,
the stronger. Unknown keys are ignored; a wrong name or type inside our own objects is a fault.
"""

import re
from collections.abc import Callable, Mapping
from typing import Annotated, Any

import orjson
from pydantic import AliasChoices, BaseModel, ConfigDict, Field, ValidationError

from sidecar.contracts.faults import fault_of, kind_of
from sidecar.errors import InvalidRequest
from sidecar.request import Control
from sidecar.schema import (
    MAX_INSTRUCTION,
    MAX_NAME,
    Aggregate,
    BudgetTokens,
    Overlap,
    TopWindows,
    Weight,
    WindowTokens,
)

FieldName = Annotated[str, Field(min_length=1, max_length=MAX_NAME)]
MAX_DEADLINE_MS = 3_600_000
Milliseconds = Annotated[int, Field(ge=1, le=MAX_DEADLINE_MS)]
DEFAULT_SHAPLEY, MAX_SHAPLEY = 3, 10
MAX_LONG_TOKENS = 16_384
"""Of one document; a profile, which the operator writes, may allow more."""


class LongKeys(BaseModel):
    """How long documents are read for this search; bounds as in a profile."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True
    )

    aggregate: Aggregate | None = None
    top: TopWindows | None = None
    """Windows of which `mean` is taken."""
    budget_tokens: Annotated[BudgetTokens, Field(le=MAX_LONG_TOKENS)] | None = None
    """Most tokens of a document that are scored."""
    window_tokens: WindowTokens | None = None
    """Most tokens of a window."""
    overlap: Overlap | None = None
    """Share of a window that is repeated in the next."""


class ControlKeys(BaseModel):
    """The keys as they stand in a body or in a query object. The docstrings below are the
    descriptions in /openapi.json."""

    model_config = ConfigDict(
        extra="ignore", frozen=True, strict=True, use_attribute_docstrings=True
    )

    profile: str | None = None
    """The name of a profile."""
    fields: dict[FieldName, Weight] | None = None
    """Field or alias -> weight, in place of the profile's."""
    instruction: str | None = Field(
        None, validation_alias=AliasChoices("instruction", "instruct"), max_length=MAX_INSTRUCTION
    )
    """For models whose prompt takes one."""
    context: dict[str, Any] | None = None
    """Numbers, texts, `vectors` and `user` facts that signals and hooks read."""
    long: LongKeys | None = None
    """How long documents are read, in place of the profile's settings."""
    deadline_ms: Milliseconds | None = None
    """Milliseconds after which no answer is wanted."""
    explain: bool | None = None
    """Whether the answer gets `explanations`."""
    shapley: bool | Annotated[int, Field(ge=0, le=MAX_SHAPLEY)] | None = None
    """For how many of the best documents exact Shapley values are wanted; true for 3."""


HEADERS: Mapping[str, str] = {
    "profile": "X-Rerank-Profile",
    "fields": "X-Rerank-Fields",
    "instruction": "X-Rerank-Instruction",
    "context": "X-Rerank-Context",
    "explain": "X-Rerank-Explain",
    "deadline_ms": "X-Request-Deadline-Ms",
}
"""Key of the body -> the header that stands for it."""


def _text(value: str) -> str:
    return value


def _milliseconds(value: str) -> int:
    if not re.fullmatch(r"[0-9]{1,8}", value) or not 1 <= int(value) <= MAX_DEADLINE_MS:
        raise ValueError(f"must be a whole number from 1 to {MAX_DEADLINE_MS}")
    return int(value)


def _json(value: str) -> Any:
    try:
        return orjson.loads(value)
    except orjson.JSONDecodeError:
        raise ValueError("is not JSON") from None


_HEADER_VALUES: Mapping[str, Callable[[str], Any]] = {
    "profile": _text,
    "instruction": _text,
    "deadline_ms": _milliseconds,
}
"""How the values of these are read; the others are JSON."""


def read_control(body: Mapping[str, Any]) -> Control:
    """The control of a body and of the query object in it. Raises InvalidRequest with the path."""
    outer = _keys(body, ())
    query = body.get("query")
    if not isinstance(query, Mapping):
        return _control(outer)
    inner = _keys(query, ("query",))
    return _control({**outer, **inner})


def header_keys(headers: Mapping[str, str]) -> dict[str, Any]:
    """The body keys that the headers stand for. Raises InvalidRequest naming the header."""
    keys: dict[str, Any] = {}
    for key, name in HEADERS.items():
        if (value := headers.get(name)) is None:
            continue
        try:
            keys[key] = _HEADER_VALUES.get(key, _json)(value)
        except ValueError as fault:
            raise InvalidRequest(f"header {name}: {fault}") from None
    return keys


def open_query(body: dict[str, Any]) -> dict[str, Any]:
    """The body of a `?query=json` route, its query text read as the JSON object that it must be.

    Raises InvalidRequest when it is none: there a query in plain words is a wiring mistake that
    would silently lose the control keys.
    """
    query = body.get("query")
    if isinstance(query, str):
        try:
            query = orjson.loads(query)
        except orjson.JSONDecodeError:
            raise InvalidRequest("$.query: on this route it must hold a JSON object") from None
    if not isinstance(query, dict):
        raise InvalidRequest(
            f"$.query: on this route it must hold a JSON object, not {kind_of(query)}"
        )
    return {**body, "query": query}


def _keys(values: Mapping[str, Any], path: tuple[str, ...]) -> dict[str, Any]:
    try:
        keys = ControlKeys.model_validate(values)
    except ValidationError as fault:
        raise fault_of(fault, path) from None
    return keys.model_dump(exclude_none=True)


def _control(keys: Mapping[str, Any]) -> Control:
    shapley = keys.get("shapley", 0)
    top = DEFAULT_SHAPLEY if shapley is True else int(shapley)
    return Control(
        profile=keys.get("profile"),
        weights=keys.get("fields", {}),
        instruction=keys.get("instruction"),
        context=keys.get("context", {}),
        long=keys.get("long", {}),
        deadline_s=keys["deadline_ms"] / 1000 if "deadline_ms" in keys else None,
        explain=keys.get("explain", False) or top > 0,
        shapley=top,
    )
