"""A profile: which fields of a document count, and how. The schema of a profile's YAML file.

`signals` and `rules` add to the model's logit; their kinds are the classes below, one word each.
Every signal's strength lies in [0, 1] (cosine: [-1, 1]); its part of the fused logit is
`weight * strength`, held within [-cap, cap].
"""

import re
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from sidecar.schema import (
    MAX_WEIGHT,
    Aggregate,
    BudgetTokens,
    Duration,
    FrozenModel,
    Name,
    Names,
    Overlap,
    Positive,
    TopWindows,
    Weight,
    WindowTokens,
)


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
    """Other names under which documents bring the field; the first that is there is read."""
    quota: Annotated[int, Field(ge=1)] | None = None
    """Tokens for the field when space is short; what it does not use goes to the next."""
    limit: Annotated[int, Field(ge=1)] | None = None
    """Characters of the field that the model may read at most, however much space there is: a
    specification sheet of a hundred entries would drown the title. Signals read on."""
    score: Literal["composed", "alone"] = "composed"
    """`alone`: the field is a pair of its own, fused by weight with the composed passage."""


class BaseSignal(FrozenModel):
    weight: Annotated[float, Field(ge=-MAX_WEIGHT, le=MAX_WEIGHT, allow_inf_nan=False)] = 1.0
    cap: Positive = 2.0


class MatchSignal(BaseSignal):
    """1 when the query names a value of the fields, else 0. For brands, model numbers, SKUs, GTINs.

    Case, accents, spaces and dashes do not matter; prices, quantities and ordinary words name
    nothing by chance: see `text/query/naming`."""

    kind: Literal["match"]
    fields: Names
    min_length: int = Field(default=2, ge=1)
    """Normalised values shorter than this never match."""


class UnitsSignal(BaseSignal):
    """Share of the query's quantities ("16gb", "under 2 kg") found in the fields, units converted;
    a quantity of the same dimension with another value counts -1."""

    kind: Literal["units"]
    fields: Names


class ConstraintSignal(BaseSignal):
    """1 when the field satisfies the query's constraint of this name, -1 when it violates it, 0
    when the query has none or the field is missing."""

    kind: Literal["constraint"]
    constraint: Name
    fields: Names


class DecaySignal(BaseSignal):
    """gauss, exp or linear decay of a number or a date, as Elasticsearch's function_score defines
    it: 1 within `offset` of `origin`, `decay` at `offset + scale`."""

    kind: Literal["decay"]
    field: Name
    function: Literal["gauss", "exp", "linear"] = "gauss"
    origin: float | str
    """A number, an ISO date, or "now"; `context.NAME` reads the number sent with the search."""
    scale: Positive | Duration
    """A positive number; for dates with a unit: "30d", "12h"."""
    offset: Annotated[float, Field(ge=0, allow_inf_nan=False)] | Duration = 0.0
    decay: Annotated[float, Field(gt=0, lt=1)] = 0.5

    @model_validator(mode="after")
    def _one_kind_of_value(self) -> "DecaySignal":
        dates = isinstance(self.scale, str)
        if self.offset and isinstance(self.offset, str) != dates:
            raise ValueError("scale and offset must both be numbers, or both lengths of time")
        if isinstance(self.origin, str) and not dates and not self.origin.startswith("context."):
            raise ValueError("an origin in time needs a scale in time, such as 30d")
        return self


class SaturationSignal(BaseSignal):
    """x / (x + pivot) of a number >= 0."""

    kind: Literal["saturation"]
    field: Name
    pivot: Positive


class LogSignal(BaseSignal):
    """ln(1 + x) / ln(1 + ceiling), at most 1, of a number >= 0."""

    kind: Literal["log"]
    field: Name
    ceiling: Positive


class PathSignal(BaseSignal):
    """Share of the query's words found in a category path, deeper levels counting more."""

    kind: Literal["path"]
    field: Name
    separators: str = ">/|"


class TableSignal(BaseSignal):
    """The number, in [-1, 1], of the table's key that is the field's value, or else of the longest
    key that stands in it as a phrase."""

    kind: Literal["table"]
    field: Name
    table: dict[str, Annotated[float, Field(ge=-1, le=1)]] = Field(min_length=1)
    default: Annotated[float, Field(ge=-1, le=1)] = 0.0


class CitationSignal(BaseSignal):
    """Share of the query's legal citations that stand in the fields, normalised."""

    kind: Literal["citation"]
    fields: Names


class CosineSignal(BaseSignal):
    """Cosine of the field's vector and the vector sent as `context.vectors.NAME`."""

    kind: Literal["cosine"]
    field: Name
    vector: Name


class FirstStageSignal(BaseSignal):
    """x / (x + pivot) of the first-stage score sent with the document; nothing when it was not
    sent. Not min-max over the request: a pair's score must not depend on its company."""

    kind: Literal["first_stage"]
    field: Name = "_score"
    pivot: Positive = 10.0


Signal = Annotated[
    MatchSignal
    | UnitsSignal
    | ConstraintSignal
    | DecaySignal
    | SaturationSignal
    | LogSignal
    | PathSignal
    | TableSignal
    | CitationSignal
    | CosineSignal
    | FirstStageSignal,
    Field(discriminator="kind"),
]


class Rule(FrozenModel):
    """Demotes a document when a field has one of the values, or a text matches the pattern.

    A rule never removes a document.
    """

    field: Name
    values: tuple[str | bool | int | float, ...] = ()
    """Compared as text, case ignored: true, "True" and "TRUE" are one."""
    pattern: str | None = None
    """A regular expression searched in the field's text, case ignored."""
    demote: Annotated[float, Field(gt=0, le=MAX_WEIGHT, allow_inf_nan=False)]
    unless_cited: tuple[Name, ...] = ()
    """Fields that say which decision the document is, by its citations or its name. The rule stays
    silent on a document that the query itself cites: see `fusion.cited`."""

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, pattern: str | None) -> str | None:
        try:
            re.compile(pattern or "")
        except re.error as fault:
            raise ValueError(f"is not a regular expression: {fault}") from None
        return pattern

    @model_validator(mode="after")
    def _one_condition(self) -> "Rule":
        if bool(self.values) == (self.pattern is not None):
            raise ValueError("give either values or a pattern")
        return self


class LongDocuments(FrozenModel):
    """What happens to a document that does not fit the model."""

    aggregate: Aggregate = "max"
    top: TopWindows = 3
    """`mean` is over this many of the best windows."""
    budget_tokens: BudgetTokens = 1536
    """Tokens of a document that are scored; a lexical selector chooses which windows."""
    window_tokens: WindowTokens = 128
    """Most tokens of a window. As long as the model allows is worse: an answer of 60 words among
    500 others reads as a passage about the others. Clauses in contracts of 2,000 words: the best
    window's logit was within 1 of the clause's own for 28 of 36 with 128 tokens, 3 with 512."""
    overlap: Overlap = 0.1


class Profile(FrozenModel):
    """The whole file."""

    name: Name
    instruction: str | None = None
    """For models whose prompt takes one."""
    parse: bool = True
    """Strings that hold JSON, YAML or `key: value` lines are read as fields. `plain` never does."""
    fields: dict[Name, FieldProfile] = Field(default_factory=dict)
    """Empty: every field of a document counts, in its own order, with weight 1."""
    other_fields: bool = False
    """Whether fields that the profile does not name are read too, after the others."""
    match_cap: Positive = 2.0
    """Most that the match strengths of all fields add together."""
    signals: dict[Name, Signal] = Field(default_factory=dict)
    rules: dict[Name, Rule] = Field(default_factory=dict)
    extractors: tuple[Name, ...] = ()
    """Which constraints are read from the query: see `text/query`."""
    boosts: dict[Name, dict[Name, Weight]] = Field(default_factory=dict)
    """constraint -> field -> factor on the field's weight for a query that has the constraint."""
    long: LongDocuments = LongDocuments()


PLAIN = Profile(name="plain", parse=False)
"""What counts where no profile is asked for: every field, in its own order, and nothing else."""
