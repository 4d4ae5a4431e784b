"""Per-search control: the same keys in every dialect, from four sources.

    keys of the request body              {"query": "shoes", "documents": [...], "fields": {...}}
    the query, when it is an object       {"query": {"query_text": "shoes", "fields": {...}}}
    headers, for clients that add no key  X-Rerank-Fields: {"title": 3}
                                          X-Request-Deadline-Ms: 200
    JSON in the query's text              only on a route called with ?query=json

A key of the query object beats the body's, which beats the header's, which beats the profile in
the path. Unknown keys are ignored; a wrong name or type inside our own objects is a fault.
"""

import re
from collections.abc import Callable, Mapping
from typing import Annotated, Any, NamedTuple

import orjson
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from sidecar.contracts.loose_types import NUMBER
from sidecar.contracts.validation import kind_of
from sidecar.errors import InvalidRequest
from sidecar.lenient_json import loads
from sidecar.request import Control, OnDeadline, OnFailure, Priority
from sidecar.schema import (
    MAX_FIELDS,
    MAX_INSTRUCTION,
    MAX_NAME,
    Aggregate,
    BudgetTokens,
    Diversify,
    Overlap,
    TopWindows,
    Weight,
    WindowTokens,
)


def few_names(value: object) -> object:
    """The value. Raises ValueError for more names than MAX_FIELDS, before it looks at them: a
    million wrong ones would be a million faults."""
    if isinstance(value, Mapping | list) and len(value) > MAX_FIELDS:
        raise ValueError(f"names {len(value)} fields, at most {MAX_FIELDS}")
    return value


FieldName = Annotated[str, Field(min_length=1, max_length=MAX_NAME)]
FieldWeights = Annotated[
    dict[FieldName, Annotated[Weight, NUMBER]],
    Field(max_length=MAX_FIELDS),
    BeforeValidator(few_names),
]
FieldList = Annotated[list[str], Field(max_length=MAX_FIELDS), BeforeValidator(few_names)]
Instruction = Annotated[str, Field(max_length=MAX_INSTRUCTION)]
MAX_DEADLINE_MS = 3_600_000
DEFAULT_SHAPLEY, MAX_SHAPLEY = 3, 10
MAX_IDS = 100_000
MAX_LONG_TOKENS = 16_384
"""Of one document; a profile, which the operator writes, may allow more."""


def _shapley_documents(value: object) -> object:
    """How many documents `true` and `false` stand for; any other value as it is."""
    if isinstance(value, str):
        value = {"true": True, "false": False}.get(value.lower(), value)
    return value if not isinstance(value, bool) else DEFAULT_SHAPLEY if value else 0


_Documents = Annotated[int, Field(ge=0, le=MAX_SHAPLEY)]
Shapley = Annotated[
    _Documents, BeforeValidator(_shapley_documents, json_schema_input_type=_Documents | bool)
]


def _priority(value: object) -> object:
    """The priority that a number stands for, as Cohere and vLLM have it: 0 is served first. Any
    other value as it is."""
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,9}", value):
        value = int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return "batch" if value > 0 else "interactive"
    return value


def _name(value: object) -> object:
    """A number as its text: many users' IDs are numbers. Any other value as it is."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


MAX_UNIT = 512
"""Characters."""
Unit = Annotated[
    str, Field(max_length=MAX_UNIT), BeforeValidator(_name, json_schema_input_type=str | int)
]
PriorityKey = Annotated[Priority, BeforeValidator(_priority, json_schema_input_type=Priority | int)]


class LongKeys(BaseModel):
    """How long documents are read for this search; bounds as in a profile."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    aggregate: Aggregate | None = None
    top: Annotated[TopWindows, NUMBER] | None = None
    """Windows of which `mean` is taken."""
    budget_tokens: Annotated[BudgetTokens, Field(le=MAX_LONG_TOKENS), NUMBER] | None = None
    """Most tokens of a document that are scored."""
    window_tokens: Annotated[WindowTokens, NUMBER] | None = None
    """Most tokens of a window."""
    overlap: Annotated[Overlap, NUMBER] | None = None
    """Share of a window that is repeated in the next."""


class ControlKeys(BaseModel):
    """The keys of a body or of a query object. The docstrings below are the descriptions in
    /openapi.json."""

    model_config = ConfigDict(extra="ignore", frozen=True, use_attribute_docstrings=True)

    profile: str | None = None
    """The name of a profile."""
    fields: FieldWeights | None = None
    """Field or alias -> weight, in place of the profile's."""
    instruction: Instruction | None = None
    """For models whose prompt takes one."""
    instruct: Instruction | None = None
    """For models whose prompt takes one."""
    context: dict[str, Any] | None = None
    """Numbers, texts, `vectors` and `user` facts that signals and hooks read."""
    long: LongKeys | None = None
    """How long documents are read, in place of the profile's settings."""
    diversify: Diversify | None = None
    """Keeps results apart that are alike: by vectors that are sent, or by a field."""
    deadline_ms: Annotated[int, Field(ge=1, le=MAX_DEADLINE_MS), NUMBER] | None = None
    """Milliseconds after which no answer is wanted."""
    explain: bool | None = None
    """Whether the answer gets `explanations`."""
    shapley: Shapley | None = None
    """For how many of the best documents exact Shapley values are wanted; true for 3."""
    min_score: Annotated[float, Field(ge=0, le=1), NUMBER] | None = None
    """Documents that score below it are left out, where an answer may leave some out."""
    on_deadline: OnDeadline | None = None
    """`partial`: at the deadline what is scored is ranked, and the other documents follow."""
    on_failure: OnFailure | None = None
    """What answers when the model fails: `lexical` is BM25F, `order` the order of the documents."""
    document_ids: Annotated[list[str | int], Field(max_length=MAX_IDS)] | None = None
    """The documents' IDs, in their order, for metrics of searches with judgements: the model does
    not read them."""
    priority: PriorityKey | None = None
    """`batch` gives way to `interactive` requests; a number above 0 is `batch`."""
    unit: Unit | None = None
    """The user whom an experiment assigns to an arm, as the caller names it."""
    arm: Annotated[str, Field(max_length=MAX_NAME * 2)] | None = None
    """`EXPERIMENT/ARM`, where the caller has chosen the arm itself."""

    def given(self) -> dict[str, Any]:
        """The control keys that are neither absent nor null; `instruct`, SGLang's name for the
        instruction, counts where `instruction` does not."""
        keys = {
            name: value
            for name in ControlKeys.model_fields
            if (value := getattr(self, name)) is not None
        }
        if (instruct := keys.pop("instruct", None)) is not None:
            keys.setdefault("instruction", instruct)
        return keys


def control_of(keys: Mapping[str, Any]) -> Control:
    """The control that the values of ControlKeys, by name, ask for."""
    documents = keys.get("shapley", 0)
    return Control(
        profile=keys.get("profile"),
        weights=keys.get("fields", {}),
        instruction=keys.get("instruction"),
        context=keys.get("context", {}),
        long=_as_sent(keys["long"]) if "long" in keys else {},
        diversify=_as_sent(keys["diversify"]) if "diversify" in keys else {},
        deadline_s=keys["deadline_ms"] / 1000 if "deadline_ms" in keys else None,
        explain=keys.get("explain", False) or documents > 0,
        shapley=documents,
        min_score=keys.get("min_score"),
        on_deadline=keys.get("on_deadline"),
        on_failure=keys.get("on_failure"),
        document_ids=tuple(map(str, keys.get("document_ids", ()))),
        priority=keys.get("priority", "interactive"),
        unit=keys.get("unit"),
        arm=keys.get("arm"),
    )


def _as_sent(keys: BaseModel) -> dict[str, object]:
    return keys.model_dump(by_alias=True, exclude_none=True)


def _text(value: str) -> str:
    return value


def _json(value: str) -> Any:
    try:
        return loads(value)
    except orjson.JSONDecodeError:
        raise ValueError("is not JSON") from None


def _milliseconds(value: str) -> int:
    if not re.fullmatch(r"[0-9]{1,8}", value) or not 1 <= int(value) <= MAX_DEADLINE_MS:
        raise ValueError(f"must be a whole number from 1 to {MAX_DEADLINE_MS}")
    return int(value)


class Header(NamedTuple):
    """A header that may be sent in place of a key of the body."""

    name: str
    read: Callable[[str], Any]
    """The key's value, from the header's. Raises ValueError."""


HEADERS: Mapping[str, Header] = {
    "profile": Header("X-Rerank-Profile", _text),
    "fields": Header("X-Rerank-Fields", _json),
    "instruction": Header("X-Rerank-Instruction", _text),
    "context": Header("X-Rerank-Context", _json),
    "explain": Header("X-Rerank-Explain", _text),
    "diversify": Header("X-Rerank-Diversify", _json),
    "min_score": Header("X-Rerank-Min-Score", _text),
    "on_deadline": Header("X-Rerank-On-Deadline", _text),
    "on_failure": Header("X-Rerank-On-Failure", _text),
    "priority": Header("X-Rerank-Priority", _text),
    "unit": Header("X-Rerank-Unit", _text),
    "arm": Header("X-Rerank-Arm", _text),
    "deadline_ms": Header("X-Request-Deadline-Ms", _milliseconds),
}
"""By the key of the body."""


def header_keys(headers: Mapping[str, str]) -> dict[str, Any]:
    """The headers as keys of the body. Raises InvalidRequest naming the header."""
    keys: dict[str, Any] = {}
    for key, header in HEADERS.items():
        if (value := headers.get(header.name)) is None:
            continue
        try:
            keys[key] = header.read(value)
        except ValueError as fault:
            raise InvalidRequest(f"header {header.name}: {fault}") from None
    return keys


def with_defaults(body: Mapping[str, Any], defaults: Mapping[str, Any]) -> Mapping[str, Any]:
    """The body, and the defaults for what it leaves out: null hides no default."""
    present = {key for key in defaults if body.get(key) is not None}
    if body.get("instruct") is not None:
        present.add("instruction")
    missing = {key: value for key, value in defaults.items() if key not in present}
    return {**body, **missing} if missing else body


def parse_query(body: Mapping[str, Any]) -> dict[str, Any]:
    """The body of a `?query=json` route, its query text parsed as the JSON object that it must be.

    Raises InvalidRequest for anything else: there a query in plain words is a wiring mistake that
    would silently lose the control keys.
    """
    query = body.get("query")
    if isinstance(query, str):
        try:
            query = loads(query)
        except orjson.JSONDecodeError:
            raise InvalidRequest("$.query: on this route it must hold a JSON object") from None
    if not isinstance(query, dict):
        raise InvalidRequest(
            f"$.query: on this route it must hold a JSON object, not {kind_of(query)}"
        )
    return {**body, "query": query}
