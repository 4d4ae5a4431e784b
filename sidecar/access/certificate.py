"""When a certificate ends, read from its PEM file: Python's `ssl` has no public way to ask."""

import base64
import re
from datetime import UTC, datetime

PEM = re.compile(r"-----BEGIN [A-Z0-9 ]*CERTIFICATE-----([^-]*)-----END")
UTC_TIME, GENERALIZED_TIME = 0x17, 0x18
EXPLICIT_VERSION = 0xA0


def expiry(pem: str) -> datetime:
    """The end (`notAfter`) of the first certificate of a PEM text, which is the one that a server
    shows; what follows is its chain. RFC 5280, 4.1.

    Raises ValueError where there is none.
    """
    block = PEM.search(pem)
    if block is None:
        raise ValueError("no certificate")
    _, whole, _ = _value(base64.b64decode(block[1]))
    _, rest, _ = _value(whole)
    tag, _, behind = _value(rest)
    if tag == EXPLICIT_VERSION:  # absent in version 1
        rest = behind
    for _field in ("serialNumber", "signature", "issuer"):
        _, _, rest = _value(rest)
    _, validity, _ = _value(rest)
    _, _, rest = _value(validity)
    tag, not_after, _ = _value(rest)
    return _time(tag, not_after.decode("ascii"))


def _value(der: bytes) -> tuple[int, bytes, bytes]:
    """(tag, content, what follows) of the first value of DER. Raises ValueError for none."""
    if len(der) < 2:
        raise ValueError("cut short")
    length, start = der[1], 2
    if length & 0x80:
        start += length & 0x7F
        length = int.from_bytes(der[2:start])
    return der[0], der[start : start + length], der[start + length :]


def _time(tag: int, text: str) -> datetime:
    if tag == UTC_TIME:  # its two digits of a year mean 1950 to 2049
        text = ("19" if text >= "50" else "20") + text
    elif tag != GENERALIZED_TIME:
        raise ValueError("no time")
    return datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)
