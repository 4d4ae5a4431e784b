"""What the sidecar's answers say (pure): a ranking, or the message of a refusal."""

from dataclasses import dataclass
from typing import Any

import orjson

from es_integration.errors import SidecarAnswerInvalid


@dataclass(frozen=True, slots=True)
class Ranking:
    """Indices of the documents, best first, with their scores; or all in their given order."""

    order: tuple[int, ...]
    scores: tuple[float, ...] | None
    """None when the given order was kept."""
    reason: str | None = None
    """Why it was kept, for the log."""
    coverage: float | None = None
    """The share of the documents that were scored before the deadline, if the answer may be partial
    (`on_deadline="partial"`); the others come last."""
    degraded: str | None = None
    """What answered in place of the model, which failed: `stand_in` or `lexical`."""
    warnings: tuple[str, ...] = ()
    """What was asked for and had no effect, and documents that the model did not see whole."""


def parsed(raw: bytes, content_type: str) -> Any:
    """The answer's JSON, or its text where it is none."""
    if content_type == "application/json" or content_type.endswith("+json"):
        try:
            return orjson.loads(raw)
        except orjson.JSONDecodeError:
            pass  # A proxy may label its own error page as JSON.
    return raw.decode("utf-8", errors="replace")


def error_message(answer: Any) -> str:
    """The message of an error body of any dialect."""
    while isinstance(answer, dict):
        answer = next((answer[key] for key in ("message", "error", "detail") if key in answer), "")
    return str(answer)[:500] or "no reason given"


def ranking_of(answer: Any, documents: int) -> Ranking:
    """The ranking in the body of an answer to so many documents. Raises SidecarAnswerInvalid."""
    try:
        rows = [(int(row["index"]), float(row["relevance_score"])) for row in answer["results"]]
        coverage = answer.get("coverage")
        coverage = None if coverage is None else float(coverage)
        degraded = answer["degraded"]["by"] if answer.get("degraded") else None
        warnings = tuple(map(str, (answer.get("meta") or {}).get("warnings") or ()))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise SidecarAnswerInvalid(f"not a rerank answer: {error!r}") from error
    # Such an index would raise far from here or, if negative, silently pick a wrong document.
    if any(not 0 <= index < documents for index, _ in rows):
        raise SidecarAnswerInvalid("the answer names a document that was not sent")
    order, scores = tuple(index for index, _ in rows), tuple(score for _, score in rows)
    return Ranking(order, scores, coverage=coverage, degraded=degraded, warnings=warnings)


def vectors_of(answer: Any, texts: int) -> list[list[float]]:
    """The vectors in the body of OpenAI's answer to so many texts. Raises SidecarAnswerInvalid."""
    try:
        rows = {int(row["index"]): list(map(float, row["embedding"])) for row in answer["data"]}
    except (KeyError, TypeError, ValueError) as error:
        raise SidecarAnswerInvalid(f"not an embedding answer: {error!r}") from error
    if sorted(rows) != list(range(texts)):
        raise SidecarAnswerInvalid(f"the answer has not one vector for each of {texts} texts")
    return [rows[index] for index in range(texts)]
