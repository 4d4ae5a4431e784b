"""How a profile has fields read: what `read` and `compose` need of it."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal, Protocol

from pydantic import Field

from sidecar.schema import FrozenModel, Name, Weight


class FieldProfile(FrozenModel):
    """How one field is read.

    A weight multiplies the field's match strength in logit space, and 0 leaves the field out. The
    weights of a profile's file also order its passages, heaviest first; those that a search sends
    do not, so that a heavier field never lowers a document that matches in it.
    """

    weight: Weight = 1.0
    label: str | None = None
    """What the model reads before the value; the field's name when absent, "" for none."""
    aliases: tuple[Name, ...] = ()
    """Other names under which documents bring the field; the first that a document has is read."""
    quota: Annotated[int, Field(ge=1)] | None = None
    """Tokens for the field when space is short; what it does not use goes to the next."""
    limit: Annotated[int, Field(ge=1)] | None = None
    """Characters of the field that the model may read at most, however much space there is: a
    specification sheet of a hundred entries would drown the title. Signals read on."""
    score: Literal["composed", "alone"] = "composed"
    """`alone`: the field is a pair of its own, fused by weight with the composed passage."""


class DocumentProfile(Protocol):
    """A profile, as far as it says how documents are read: see `profile.Profile`."""

    @property
    def fields(self) -> Mapping[str, FieldProfile]: ...
    @property
    def parse(self) -> bool: ...
    @property
    def other_fields(self) -> bool: ...


def spellings(profile: DocumentProfile) -> Iterator[str]:
    """The names and aliases of the profile's fields."""
    for name, field in profile.fields.items():
        yield name
        yield from field.aliases
