"""Whether a decision or a law still counts, as registers and citators say it.

    "Repealed" · "No longer in force" · "Bad law - red flag" · "set aside"      INVALID
    "nicht mehr in Kraft" · "abrogé" · "derogado" · "现已失效"                   INVALID
    "Affirmed in part, reversed in part" · "reversed on other grounds"          IN_PART
    "Not overruled" · "In force" · "Not yet in force" · "Good law"              neither

The words are those of `mappings/vocabularies/validity`. A longer text is prose and says more than
a state.
"""

import re
from enum import Enum
from functools import cache, lru_cache

from sidecar.text.query.extractor import SATISFIED
from sidecar.text.query.vocabulary import Vocabulary

MAX_CHARACTERS = 200
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")


class Validity(Enum):
    """What is said against it."""

    INVALID = "no_longer_valid"
    IN_PART = "invalid_in_part"


@lru_cache(maxsize=4096)  # a register has a dozen of these texts
def validity(text: str) -> Validity | None:
    """What the text of a status says; None where it says nothing against it, or denies it."""
    if len(text) > MAX_CHARACTERS:
        return None
    text = _HUMP.sub(" ", text)
    if _says("partly", text):
        return Validity.IN_PART
    if not _says("invalid", text):
        return None
    return Validity.IN_PART if _says("partial", text) else Validity.INVALID


def _says(name: str, text: str) -> bool:
    return _words().check(frozenset((name,)), text) is SATISFIED


@cache
def _words() -> Vocabulary:
    return Vocabulary.shipped("validity")
