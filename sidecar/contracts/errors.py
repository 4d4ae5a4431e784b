"""The one error body. Every known client finds its own key in it, each a string.

`error` is read by Elasticsearch's hugging_face service and Haystack, `detail` by Jina and Voyage
clients, `message` by Cohere's. infinity's client cannot read a string as `detail` of a 422; its
dialect puts a list there.
"""

import math
from typing import Any

from sidecar.errors import RerankError


def error_body(message: str, code: str, status: int, request_id: str) -> dict[str, Any]:
    """The flat body, the same for every status; `Dialect.error` may say it in its own words."""
    return {
        "error": message,
        "error_type": code,
        "message": message,
        "detail": message,
        "status": status,
        "request_id": request_id,
    }


def retry_headers(fault: RerankError) -> dict[str, str]:
    """Retry-After in whole seconds and retry-after-ms, where the fault knows them."""
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
            "description": "A list for a 422 of infinity's dialect alone.",
        },
        "status": {"type": "integer"},
        "request_id": {"type": "string"},
    },
}
