"""What keys say of each other.

    bgb 433(1)      the place: a law, its section, and what is inside
    * 433(1)        the same place of whatever law
    bgb *           the law as a whole

A decision has one key without stars.
"""

import re
from collections.abc import Collection

from sidecar.text.citations.form import Citation

_PLACE = re.compile(r"(?P<law>.+) (?P<place>[^ ]*\d[^ ]*)")
_RANGE = re.compile(r"(?P<stem>.+ \d+[a-z]*)-\w+")
"""Title VII is 42 U.S.C. §§ 2000e to 2000e-17: the sections of an act share a stem."""


def known_keys(citation: Citation, law: bool) -> frozenset[str]:
    """The keys under which a query may ask for what the citation names: its own, and of a `law`
    those without the law and without the place."""
    if not law:
        return frozenset(citation.keys)
    return frozenset(citation.keys) | wider(citation.keys)


def wider(keys: Collection[str]) -> frozenset[str]:
    """The places without their laws, and the laws without the places."""
    found = set[str]()
    for key in keys:
        if (match := _PLACE.fullmatch(key)) and match["law"] != "*":
            found |= {f"* {match['place']}", f"{match['law']} *"}
            if stem := _RANGE.fullmatch(key.partition("(")[0]):
                found.add(stem["stem"])
        # An act of 1934 may be cited without its year.
        if re.search(r" act \d{4} ", key):
            found.add(re.sub(r" act \d{4} ", " act ", key))
    return frozenset(found)


def leaves(keys: Collection[str]) -> frozenset[str]:
    """The keys of which no other is a place inside."""
    return frozenset(key for key in keys if not any(other.startswith(f"{key}(") for other in keys))
