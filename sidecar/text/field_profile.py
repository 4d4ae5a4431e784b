"""How a profile has fields read: what `read` and `compose` need of it."""

from collections.abc import Mapping
from typing import Annotated, Literal, Protocol

from pydantic import BeforeValidator, Field, field_validator

from sidecar.schema import FieldName, FrozenModel, Positive, Weight
from sidecar.text.locales import readable

Html = Literal["strip", "keep"]
Pick = Literal["first", "lowest", "highest", "any", "all"]
Parts = Annotated[tuple[FieldName, ...], Field(min_length=2)]


def _lists(value: object) -> object:
    """One list of names as the only one of several."""
    one = isinstance(value, list | tuple) and all(isinstance(item, str) for item in value)
    return (value,) if one and value else value


Join = Annotated[
    tuple[Parts, ...], BeforeValidator(_lists, json_schema_input_type=Parts | tuple[Parts, ...])
]


def _one(value: object) -> object:
    """One name as a list of it."""
    return (value,) if isinstance(value, str) else value


Ends = Annotated[tuple[FieldName, ...], Field(min_length=1, max_length=2)]
Period = Annotated[Ends, BeforeValidator(_one, json_schema_input_type=FieldName | Ends)]


class FieldProfile(FrozenModel):
    """How one field is read.

    A weight multiplies the field's match strength in logit space, and 0 leaves the field out. The
    weights of a profile's file also order its passages, heaviest first; those that a search sends
    do not, so that a heavier field never lowers a document that matches in it.
    """

    weight: Weight = 1.0
    label: str | None = None
    """What the model reads before the value; the field's name when absent, "" for none."""
    aliases: tuple[FieldName, ...] = ()
    """Other spellings of the field, keys or paths; the first that a document has is read. The
    field's own name goes before them, or has its place among them where the list holds it."""
    join: Join = ()
    """Fields of the document whose values together are this field's, in this order, where it has
    them all; of several lists the first that it has. They go before the name and the aliases."""
    separator: str = " "
    """Between the values that `join` joins."""
    pick: Pick = "any"
    """Of a list: the first value, the lowest or the highest number; or all values, of which any
    one, or all, must satisfy a constraint or a rule."""
    zero_means_none: bool | None = None
    """Whether a 0 counts only where no other alias has a value. When absent it does so under a name
    that says a reduced price: `sale_price: 0` beside a price is none."""
    reduced_during: tuple[Period, ...] = ()
    """Keys or paths that say when a reduced price counts: of both ends in one text, or of the
    beginning and the end. Outside of the first period that a document states, other spellings go
    before the reduced price's."""
    factor: Positive | None = None
    """What numbers are multiplied by: 0.01 where the feed counts cents."""
    unit: Annotated[str, Field(min_length=1, max_length=16)] | None = None
    """The unit of numbers that have none: `cm`."""
    locale: str | None = None
    """How numbers and dates are written that can be read in two ways, such as 1.299 and 03/04/2020,
    and which language is read of a value in several: `de`, `en-GB`. All languages when absent."""
    quota: Annotated[int, Field(ge=1)] | None = None
    """Tokens for the field when space is short; what it does not use goes to the next."""
    limit: Annotated[int, Field(ge=1)] | None = None
    """Characters of the field that the model may read at most, however much space there is: a
    specification sheet of a hundred entries would drown the title. Signals read on."""
    html: Html | None = None
    """As the profile's; the profile's own when absent."""
    score: Literal["composed", "alone"] = "composed"
    """`alone`: the field is a pair of its own, fused by weight with the composed passage."""

    @field_validator("locale")
    @classmethod
    def _known(cls, locale: str | None) -> str | None:
        if locale is not None and not readable(locale):
            raise ValueError("is no locale that is known, such as de, en-GB or pt-BR")
        return locale

    @property
    def changes_values(self) -> bool:
        """Whether values are read otherwise than they are written."""
        return bool(self.locale or self.factor or self.unit) or self.pick not in ("any", "all")


class DocumentProfile(Protocol):
    """A profile, as far as it says how documents are read: see `profile.Profile`."""

    @property
    def fields(self) -> Mapping[str, FieldProfile]: ...
    @property
    def parse(self) -> bool: ...
    @property
    def other_fields(self) -> bool: ...
    @property
    def wrappers(self) -> tuple[str, ...]: ...
    @property
    def html(self) -> Html: ...
