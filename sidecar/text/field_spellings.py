"""The spellings under which a profile's fields are looked for, and what each says of its values.

price_cents    hundredths, of any field
sold_out       of `in_stock`: the opposite
sale_price     a 0 is none where another spelling has a value
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from sidecar.text.field_profile import DocumentProfile, FieldProfile
from sidecar.text.spelling import normal

_REDUCED = "sale|special|discount|promo|reduced|offer|deal|clearance"
_REDUCED_PRICE = re.compile(rf"(?:{_REDUCED}).*price|price.*(?:{_REDUCED})")
_TRUTHS = (
    (
        re.compile("(?:is)?(?:in)?stock(?:status)?|(?:is)?availab(?:le|ility)|inventory"),
        re.compile("(?:is)?(?:soldout|outofstock|unavailable|discontinued)"),
    ),
    (
        re.compile("(?:is)?(?:inforce|valid|current|goodlaw)|validity"),
        re.compile("(?:is)?(?:repealed|overruled|superseded|revoked|abrogated)"),
    ),
)
"""Names of truth values, and names that say their opposite."""


class Spelling(NamedTuple):
    """One spelling of a field: a key, or a path with dots."""

    text: str
    says_opposite: bool
    """Of the field's name: `is_repealed` of `in_force`."""
    in_cents: bool
    """Whether its numbers are hundredths, where the profile asks for nothing else."""
    zero_means_none: bool
    """Whether a 0 gives way to another spelling's value."""
    reduced: bool
    """Whether it names a reduced price, which counts while a sale goes on."""


def spelled(name: str, field: FieldProfile) -> tuple[str, ...]:
    """The field's spellings, in the order in which they count."""
    return field.aliases if name in field.aliases else (name, *field.aliases)


def spellings(profile: DocumentProfile) -> Iterator[str]:
    """The names and aliases of the profile's fields."""
    for name, field in profile.fields.items():
        yield from spelled(name, field)


def field_spellings(name: str, field: FieldProfile) -> tuple[Spelling, ...]:
    """The field's spellings, in the order in which they count, and what they say."""
    return _spellings(name, spelled(name, field), field.zero_means_none)


@lru_cache(maxsize=4096)  # not by field: a search's weights make new ones
def _spellings(
    name: str, texts: tuple[str, ...], zero_means_none: bool | None
) -> tuple[Spelling, ...]:
    return tuple(
        Spelling(
            text,
            says_opposite=_says_opposite(name, text),
            in_cents=_says_cents(text),
            zero_means_none=_is_reduced(text) if zero_means_none is None else zero_means_none,
            reduced=_is_reduced(text),
        )
        for text in texts
    )


def _says_opposite(name: str, spelling: str) -> bool:
    name, last = normal(name), _last(spelling)
    return any(said.fullmatch(name) and no.fullmatch(last) for said, no in _TRUTHS)


def _says_cents(spelling: str) -> bool:
    """`price_cents`, `priceInCents`."""
    return _last(spelling).endswith(("pricecents", "incents"))


def _is_reduced(spelling: str) -> bool:
    """`sale_price`, `priceAfterDiscount`."""
    return _REDUCED_PRICE.search(normal(spelling)) is not None


def _last(spelling: str) -> str:
    """The last key of the path."""
    return normal(spelling.rpartition(".")[2])
