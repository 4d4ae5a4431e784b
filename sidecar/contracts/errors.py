"""The one error body, in which every known client finds the key that it reads, as a string.

Elasticsearch's hugging_face service and Haystack read `error`, Jina's and Voyage's clients
`detail`, Cohere's `message`. infinity's client cannot read a string as the `detail` of a 422, so
its dialect puts a list there.
"""

import math
from typing import Any

from sidecar.errors import RerankError


def error_body(message: str, code: str, status: int, request_id: str) -> dict[str, Any]:
    """The flat body, the same for every status; `Dialect.error` may reshape it."""
    return {
        "error": message,
        "error_type": code,
        "message": message,
        "detail": message,
        "status": status,
        "request_id": request_id,
    }


def retry_headers(fault: RerankError) -> dict[str, str]:
    """Retry-After in whole seconds and retry-after-ms; empty when the fault does not know them."""
    if fault.retry_after_s is None:
        return {}
    return {
        "Retry-After": str(max(1, math.ceil(fault.retry_after_s))),
        "retry-after-ms": str(max(1, math.ceil(fault.retry_after_s * 1000))),
    }


ERROR_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["error", "error_type", "message", "detail", "status", "request_id"],
    "properties": {
        "error": {"type": "string"},
        "error_type": {"type": "string"},
        "message": {"type": "string"},
        "detail": {
            "type": ["string", "array"],
            "description": "A list only for a 422 of infinity's dialect.",
        },
        "status": {"type": "integer"},
        "request_id": {"type": "string"},
    },
}
