"""Bounds and types that profiles, requests and hooks share."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

MAX_WEIGHT = 100
MAX_NAME = 128
"""Characters of a field's or a signal's name."""
MAX_FIELDS = 1000
"""Fields that a request may name."""
MAX_INSTRUCTION = 2000
"""Characters."""
RERANK_DOC = "rerank_doc"
"""The field of a hit that holds its other fields as one text: the index templates write it."""

Weight = Annotated[float, Field(ge=0, le=MAX_WEIGHT, allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Duration = Annotated[str, Field(pattern=r"^\d+(\.\d+)?(ms|s|m|h|d|w)$")]
Name = Annotated[str, Field(pattern=rf"^[A-Za-z_][A-Za-z0-9_.-]{{0,{MAX_NAME - 1}}}$")]
"""How a profile names signals, rules and constraints."""
FieldName = Annotated[
    str, Field(pattern=rf"^[^\s\x00-\x1f](?:[^\x00-\x1f]{{0,{MAX_NAME - 2}}}[^\s\x00-\x1f])?$")
]
"""A field's name, as documents write it or as the profile calls it: `g:price`, `Product Name`,
`offers.price`, `审理法院`. On one line and without space at its ends."""
FieldNames = Annotated[tuple[FieldName, ...], Field(min_length=1)]

# A long document: see `text/long_documents.LongDocuments`.
Aggregate = Literal["max", "first", "mean", "logsumexp"]
TopWindows = Annotated[int, Field(ge=1)]
BudgetTokens = Annotated[int, Field(ge=64)]
WindowTokens = Annotated[int, Field(ge=32)]
Overlap = Annotated[float, Field(ge=0, lt=0.5)]


class FrozenModel(BaseModel):
    """Immutable, and refuses keys that it does not declare. The docstrings of its keys are their
    descriptions in the JSON Schema."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


BY_VECTORS, BY_FIELD = "vectors", "field"


class Diversify(FrozenModel):
    """Keeps results apart that are alike, by maximal marginal relevance: `fusion/diversity`."""

    weight: Annotated[float, Field(ge=0, le=1, alias="lambda")] = 0.7
    """Of the score; the rest is that of being unlike the results before. 1 changes nothing."""
    by: FieldName = BY_VECTORS
    """`vectors`: the cosine of the vectors in `field`. `field`: the values that two documents have
    in common there. Any other word is short for `field` with that name."""
    field: FieldName | None = None
    """The field that is compared; `vector` where vectors are and none is named."""
    top: Annotated[int, Field(ge=1)] = 10
    """How many of the first results are chosen so; the others follow by their scores."""

    @model_validator(mode="after")
    def _names_a_field(self) -> Self:
        if self.by == BY_FIELD and self.field is None:
            raise ValueError("`by: field` needs the name of a `field`")
        if self.by not in (BY_VECTORS, BY_FIELD) and self.field is not None:
            raise ValueError("with a `field`, `by` is vectors or field")
        return self

    @property
    def by_vectors(self) -> bool:
        return self.by == BY_VECTORS

    @property
    def name(self) -> str:
        """Of the field that is compared."""
        if self.by in (BY_VECTORS, BY_FIELD):
            return self.field or "vector"
        return self.by
