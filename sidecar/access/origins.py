"""The origins of web pages, as a setting lists them and browsers send them."""

import re

ORIGIN = re.compile(r"\*|null|[a-z][a-z0-9+.-]*://[^/?#\s*]+")
"""Of a web page, as the header `Origin` has it; `*` is every origin."""


def read_origins(value: str | None) -> str | None:
    """Origins as browsers send them. Raises ValueError for what no browser would send."""
    if value is None:
        return None
    origins = [part.strip().rstrip("/").lower() for part in value.split(",") if part.strip()]
    for origin in origins:
        if not ORIGIN.fullmatch(origin):
            raise ValueError(f"`{origin}` is no origin: `scheme://host[:port]`, `null` or `*`")
    return ",".join(origins) or None
