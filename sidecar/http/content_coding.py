"""`Content-Encoding` of a request: gzip and deflate are inflated, any other coding is refused."""

import zlib
from collections.abc import Callable, Mapping, Sequence

from sidecar.errors import BodyTooLarge, MalformedBody, UnsupportedCoding

ACCEPTED = "gzip, deflate"
"""The codings as `Accept-Encoding` lists them in a refusal (RFC 9110, 15.5.16)."""
STEP = 64 * 1024
"""Bytes that come out of a step. Between steps the limit is checked, and other threads may run."""
_RAW_DEFLATE, _ZLIB, _GZIP = -zlib.MAX_WBITS, zlib.MAX_WBITS, zlib.MAX_WBITS | 16


def _deflate_format(raw: bytes) -> int:
    """`deflate` is the zlib format (RFC 9110, 8.4.1.2); some clients leave out its header."""
    return _ZLIB if raw[:1] and raw[0] & 0xF == zlib.DEFLATED else _RAW_DEFLATE


_FORMATS: Mapping[str, Callable[[bytes], int]] = {
    "gzip": lambda raw: _GZIP,
    "x-gzip": lambda raw: _GZIP,
    "deflate": _deflate_format,
}


def content_coding(values: Sequence[str]) -> str | None:
    """The coding of the body, of all headers `Content-Encoding`; None when it is sent as it is.

    Raises UnsupportedCoding for an unknown coding, and for several in a row.
    """
    value = ", ".join(values)
    codings = [coding.strip().lower() for coding in value.split(",")]
    codings = [coding for coding in codings if coding not in ("", "identity")]
    if not codings:
        return None
    if len(codings) > 1 or codings[0] not in _FORMATS:
        raise UnsupportedCoding(f"Content-Encoding must be gzip, deflate or absent, not {value}")
    return codings[0]


def inflate(raw: bytes, coding: str, limit: int) -> bytes:
    """The body without its coding.

    Raises MalformedBody when it is not one whole stream in that coding, and BodyTooLarge when it
    inflates to more than `limit` bytes.
    """
    inflater = zlib.decompressobj(_FORMATS[coding](raw))
    body = bytearray()
    for start in range(0, len(raw), STEP):
        if inflater.eof:
            raise MalformedBody(f"the {coding} body goes on after its end")
        packed, piece = raw[start : start + STEP], b""
        # A full step may have left bytes inside. At the end the tail may be what lies behind it.
        while not inflater.eof and (packed or len(piece) == STEP):
            try:
                piece = inflater.decompress(packed, STEP)
            except zlib.error:
                fault = f"the body is not {coding}, as its Content-Encoding says"
                raise MalformedBody(fault) from None
            body += piece
            if len(body) > limit:
                raise BodyTooLarge(f"the body is larger than {limit} bytes")
            packed = inflater.unconsumed_tail
    if not inflater.eof:
        raise MalformedBody(f"the {coding} body ends early")
    if inflater.unused_data:
        raise MalformedBody(f"the {coding} body goes on after its end")
    return bytes(body)
