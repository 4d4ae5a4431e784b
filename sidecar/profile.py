"""The schema of a profile's file: which fields of a document count, and how.

    fields, other_fields, parse, wrappers    how documents are read      text/field_profile
    html                                     markup in texts             text/plain_documents
    signals, rules                           what fields add             signals
    calibration                              the score as a probability  calibration
    extractors, vocabularies, boosts         what the query demands      text/query
    long                                     documents that do not fit   text/long_documents

Each of these has its own schema, beside the code that acts on it. `profiles` reads the files.
"""

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Self

from pydantic import Field

from sidecar.calibration import Calibration
from sidecar.schema import Diversify, FieldName, FrozenModel, Name, Positive, Weight
from sidecar.signals import AnySignal, Rule
from sidecar.text.field_profile import FieldProfile, Html
from sidecar.text.long_documents import LongDocuments
from sidecar.text.query import EXTRACTORS
from sidecar.text.query.extractor import Extractor
from sidecar.text.query.own_vocabulary import OwnVocabulary, with_vocabularies

WRAPPERS = ("_source", "fields", "@graph")
"""A search engine's hit, with `_source` or with `fields`, and JSON-LD."""


class ProfileCalibration(FrozenModel):
    """How the sum of all parts becomes a probability: score = sigmoid((logit - bias) /
    temperature). It holds for the model that it was fitted with, and for no other."""

    score_revision: Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]
    """Of the model: `/info` has it, and `rerank-sidecar calibrate` writes it."""
    temperature: Positive = 1.0
    bias: Annotated[float, Field(allow_inf_nan=False)] = 0.0

    @classmethod
    def of(cls, score_revision: str, fitted: Calibration) -> Self:
        """What was fitted with the model of this score revision."""
        return cls(score_revision=score_revision, temperature=fitted.temperature, bias=fitted.bias)


class Profile(FrozenModel):
    """The whole file."""

    name: Name
    extends: Name | None = None
    """The profile whose keys this one has too: see `profiles/inheritance`."""
    instruction: str | None = None
    """For models whose prompt takes one."""
    parse: bool = True
    """Strings that hold JSON, YAML or `key: value` lines are read as fields. `plain` never does."""
    fields: dict[FieldName, FieldProfile] = Field(default_factory=dict)
    """Empty: every field of a document counts, in its own order, with weight 1."""
    other_fields: bool = False
    """Whether fields that the profile does not name are read too, after the others."""
    wrappers: tuple[FieldName, ...] = WRAPPERS
    """Objects around a document's fields, as keys or paths; their keys are read as the document's
    own, those on top first."""
    html: Html = "strip"
    """Of texts and fields that hold HTML the text alone is read; `keep`: as they are."""
    match_cap: Positive = 2.0
    """Most that the match strengths of all fields add together."""
    signals: dict[Name, AnySignal] = Field(default_factory=dict)
    """A signal adds `weight * strength` to the logit, held within [-cap, cap]."""
    rules: dict[Name, Rule] = Field(default_factory=dict)
    extractors: tuple[Name, ...] = ()
    """Which constraints are read from the query: see `text/query`."""
    vocabularies: dict[Name, OwnVocabulary] = Field(default_factory=dict)
    """Words of one's own for a demand: more colours, courts, or a demand that is new."""
    boosts: dict[Name, dict[FieldName, Weight]] = Field(default_factory=dict)
    """constraint -> field -> factor on the field's weight for a query that has the constraint."""
    long: LongDocuments = LongDocuments()
    diversify: Diversify | None = None
    """Keeps results apart that are alike, for searches that say nothing else."""
    calibration: ProfileCalibration | None = None
    """`rerank-sidecar calibrate` fits one. A model with another score revision refuses it."""

    @property
    def own_calibration(self) -> Calibration:
        """What is made of the sum of all parts; without a `calibration` it stays."""
        own = self.calibration
        return Calibration() if own is None else Calibration(own.temperature, own.bias)

    @cached_property
    def extractor_table(self) -> Mapping[str, Extractor]:
        """The extractors by name, with what the vocabularies make of them."""
        return with_vocabularies(EXTRACTORS, self.vocabularies)


PLAIN = Profile(name="plain", parse=False)
"""The profile of a request that names none: every field, in its own order, and nothing else."""

__all__ = ["PLAIN", "FieldProfile", "LongDocuments", "Profile", "ProfileCalibration"]
