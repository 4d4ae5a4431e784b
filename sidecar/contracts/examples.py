"""Answers to the dialects' example requests, for people who read /openapi.json.

The logits are invented: 2 for the first document, -3 for the second. Each dialect's golden file
`example.json` uses the same two, so the contract tests check these answers.
"""

import math
import sys
from typing import Any

import orjson

from sidecar.contracts.dialect import Dialect
from sidecar.contracts.errors import error_body
from sidecar.errors import InvalidRequest
from sidecar.request import Ranked, RankResult

LOGITS = (2.0, -3.0)
TOKENS = 42
MODEL = "shipped"
REQUEST_ID = "request-1"
CREATED = 1767225600


def summary(dialect: Dialect) -> str:
    """The first line of the dialect's file."""
    return str(sys.modules[dialect.body.__module__].__doc__).splitlines()[0]


def answer(dialect: Dialect) -> Any:
    """The parsed answer to the dialect's example, which has a document for each of LOGITS."""
    ranked = tuple(
        Ranked(index, logit, 1 / (1 + math.exp(-logit))) for index, logit in enumerate(LOGITS)
    )
    request = dialect.decode(dialect.example)
    body = orjson.loads(dialect.encode(request, RankResult(ranked, MODEL, TOKENS), REQUEST_ID))
    if isinstance(body, dict) and "created" in body:
        body["created"] = CREATED
    return body


def error(dialect: Dialect) -> Any:
    """The body of a 422 in the dialect's shape."""
    message = "$.model: Input should be a valid string"
    fault = InvalidRequest(message)
    return dict(dialect.error(error_body(message, fault.code, fault.status, REQUEST_ID)))
