"""Elasticsearch's error answers."""

from dataclasses import dataclass
from typing import Any


@dataclass(eq=False)
class ElasticsearchError(Exception):
    """An exception of the server, as it would be rendered."""

    status: int
    type: str
    reason: str
    cause: "ElasticsearchError | None" = None
    suppressed: "tuple[ElasticsearchError, ...]" = ()

    def body(self) -> dict[str, Any]:
        """`{"error": ..., "status": ...}`."""
        head = {"type": self.type, "reason": self.reason}
        error = {"root_cause": [head], **self._rendered()}
        return {"error": error, "status": self.status}

    def _rendered(self) -> dict[str, Any]:
        error: dict[str, Any] = {"type": self.type, "reason": self.reason}
        if self.cause is not None:
            error["caused_by"] = self.cause._rendered()
        if self.suppressed:
            error["suppressed"] = [item._rendered() for item in self.suppressed]
        return error


def status_error(
    status: int, reason: str, cause: ElasticsearchError | None = None
) -> ElasticsearchError:
    """An ElasticsearchStatusException."""
    return ElasticsearchError(status, "status_exception", reason, cause)


def bad_argument(reason: str) -> ElasticsearchError:
    """An IllegalArgumentException: the caller's fault."""
    return ElasticsearchError(400, "illegal_argument_exception", reason)


def bad_state(reason: str) -> ElasticsearchError:
    """An IllegalStateException: a server error."""
    return ElasticsearchError(500, "illegal_state_exception", reason)


def invalid(*reasons: str) -> ElasticsearchError:
    """A ValidationException, which counts what it found."""
    listed = "".join(f"{number}: {reason};" for number, reason in enumerate(reasons, 1))
    return ElasticsearchError(400, "validation_exception", f"Validation Failed: {listed}")
