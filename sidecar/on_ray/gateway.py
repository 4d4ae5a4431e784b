"""In front of replicas of several models: a request goes to one that has its model awake.

Only the way is chosen here. Whatever a request names, every replica gives the right answer: it
wakes the model if need be.
"""

import asyncio
from collections.abc import Sequence
from typing import Any

import orjson
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response

from sidecar.errors import RerankError
from sidecar.http.content_coding import content_coding, inflate
from sidecar.on_ray.exchange import Answered, Sent, raw, read


class Gateway:
    """The deployment that Serve's proxy calls. It holds no model and needs no core of its own."""

    def __init__(self, replicas: Any, names: Sequence[str], max_body_bytes: int) -> None:
        """`replicas` is Serve's handle; `names` are the models beside the default."""
        self._replicas = replicas.answer
        self._names, self._max_body_bytes = frozenset(names), max_body_bytes

    async def __call__(self, request: Request) -> Response:
        sent = await read(request)
        name = await asyncio.to_thread(model_of, sent, self._names, self._max_body_bytes)
        replicas = self._replicas.options(multiplexed_model_id=name) if name else self._replicas
        answered: Answered = await replicas.remote(sent)
        return answered.response()


def model_of(sent: Sent, names: frozenset[str], max_body_bytes: int) -> str | None:
    """Which of the names the request asks for, by its body or else its path; None for none of
    them, and for what is not understood, which the service will say."""
    try:
        coding = content_coding(Headers(raw=raw(sent.headers)).getlist("content-encoding"))
        body = orjson.loads(inflate(sent.body, coding, max_body_bytes) if coding else sent.body)
    except (RerankError, orjson.JSONDecodeError):
        return None
    name = body.get("model") if isinstance(body, dict) else None
    if isinstance(name, str) and name:
        return name if name in names else None
    path = sent.target.partition("?")[0]
    return next((each for each in names if f"/{each}/" in path), None)
