"""`POST /playground/readings`: the playground's own call, which is no dialect's."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from sidecar.contracts.body import DocumentList

READINGS_ROUTE = "/playground/readings"
READINGS_ERRORS = ("400", "401", "403", "408", "413", "415", "422", "429", "500", "503")
"""The statuses of its refusals, which mean what they mean on the rerank routes."""


class ReadingsBody(BaseModel):
    """The keys of a search that decide what is read of its documents; the others are ignored."""

    model_config = ConfigDict(extra="ignore")

    profile: str = Field(description="The name of a profile.")
    documents: DocumentList


def _list(**properties: Any) -> dict[str, Any]:
    item = {"type": "object", "required": list(properties), "properties": properties}
    return {"type": "array", "items": item}


_TEXT: Mapping[str, Any] = {"type": "string"}
_COUNT: Mapping[str, Any] = {"type": "integer", "minimum": 0}
_COUNTED = _list(text=_TEXT, count=_COUNT)
READINGS_SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "required": ["documents", "without_fields", "fields", "ignored"],
    "properties": {
        "documents": _COUNT,
        "without_fields": {**_COUNT, "description": "Documents that are read as plain text."},
        "fields": _list(
            name=_TEXT,
            found=_COUNT,
            spellings=_COUNTED,
            readings=_list(
                by={**_TEXT, "description": "A signal or a rule."},
                certain={
                    "type": "boolean",
                    "description": "Whether a value that it cannot read is a fault.",
                },
                says=_COUNTED,
                unread=_COUNT,
                examples={"type": "array", "items": _TEXT},
            ),
        ),
        "ignored": _COUNTED,
    },
}
"""Of the answer. Counts are of documents."""
