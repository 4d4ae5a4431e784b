"""A request's body: read within its limits of size and time, and inflated off the event loop."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from aiohttp import web

from sidecar.errors import BodyTooLarge, BodyTooSlow, MalformedBody
from sidecar.http.content_coding import content_coding, inflate
from sidecar.http.keys import SERVICE

LARGE_BODY = 256 * 1024
"""Bytes from which a body is parsed off the event loop (about 1 ms of parsing)."""

Parsed = TypeVar("Parsed")


async def read_body(request: web.Request) -> bytes:
    """The body, inflated.

    Before it is read raises UnsupportedCoding, and BodyTooLarge by its Content-Length; then
    BodyTooLarge, BodyTooSlow, and MalformedBody when it is not what its headers say.
    """
    service = request.app[SERVICE]
    limit, timeout_s = service.settings.max_body_bytes, service.settings.body_timeout_s
    coding = content_coding(request.headers.getall("Content-Encoding", ()))
    if (request.content_length or 0) > limit:
        raise BodyTooLarge(f"the body is larger than {limit} bytes")
    try:
        async with asyncio.timeout(timeout_s):
            raw = await request.read()
    except TimeoutError:
        raise BodyTooSlow(f"the body did not arrive within {timeout_s:g} s") from None
    except web.HTTPRequestEntityTooLarge:
        raise BodyTooLarge(f"the body is larger than {limit} bytes") from None
    except web.RequestPayloadError:
        raise MalformedBody("the body does not fit its length") from None
    if coding is None:
        return raw
    # One at a time: many bombs take one core, and the memory of one body.
    async with service.inflating:
        return await asyncio.to_thread(inflate, raw, coding, limit)


async def parse_body(raw: bytes, parse: Callable[[bytes], Parsed]) -> Parsed:
    """What `parse` makes of the body, off the event loop if it is large."""
    return parse(raw) if len(raw) < LARGE_BODY else await asyncio.to_thread(parse, raw)
