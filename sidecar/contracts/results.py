"""What the dialects' answers have in common: a result's value, its document, the tokens used."""

import numpy as np

from sidecar.contracts.numbers import dumps, number
from sidecar.model import Document, Ranked, RankRequest, RankResult


def value(request: RankRequest, item: Ranked) -> np.float32:
    """The score, or the logit where the request asks for raw scores."""
    return number(item.logit if request.raw_scores else item.score)


def text(document: Document) -> str:
    """The document for dialects that know strings alone: an object as JSON, {"text": ...} as its
    text."""
    source = document.source
    if isinstance(source, str):
        return source
    only = source.get("text") if len(source) == 1 else None
    return only if isinstance(only, str) else dumps(source).decode()


def model(request: RankRequest, result: RankResult) -> str:
    """The model's name as the client gave it, else the one that ran."""
    return request.model or result.model


def usage(result: RankResult) -> dict[str, int]:
    """Tokens of all pairs; a cross-encoder writes none."""
    return {"prompt_tokens": result.tokens, "total_tokens": result.tokens}
