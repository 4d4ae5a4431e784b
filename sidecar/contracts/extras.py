"""What an answer says beside its results: warnings and explanations, never inside an item."""

from typing import Any

from sidecar.model import RankResult

MOST_INDEXES = 20


def warnings(result: RankResult) -> list[str]:
    """All that the client is told of this answer, truncation first."""
    truncated = [truncation_warning(result.truncated)] if result.truncated else []
    return [*truncated, *result.warnings]


def truncation_warning(indexes: tuple[int, ...]) -> str:
    """What a client is told of documents that the model did not see whole."""
    shown = ", ".join(map(str, indexes[:MOST_INDEXES]))
    more = ", ..." if len(indexes) > MOST_INDEXES else ""
    return f"documents that the model did not see whole: {shown}{more}"


def explanations(result: RankResult) -> dict[str, Any]:
    """The top-level key that an object-shaped answer gains when explanations were asked for."""
    return {"explanations": list(result.explanations)} if result.explanations else {}


def extras(result: RankResult) -> dict[str, Any]:
    """All top-level keys for a dialect without a place of its own for warnings."""
    told = warnings(result)
    return {**({"warnings": told} if told else {}), **explanations(result)}
