"""Which queries are held out: the same ones in every run, so that no query that an earlier run was
trained on is ever measured on. Pure."""

import zlib

SALT = b"held out of learning\0"
PARTS = 1 << 16


def plain(query: str) -> str:
    """The query without what people do not look for: one text for all spellings that differ in case
    and spaces alone."""
    return " ".join(query.casefold().split())


def is_held_out(query: str, share: float) -> bool:
    """Whether the query is among that share of all. A larger share holds out the same queries and
    more."""
    return zlib.crc32(SALT + plain(query).encode()) % PARTS < share * PARTS
