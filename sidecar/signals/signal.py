"""What every kind of signal is: keys in a profile, and a strength for each document."""

from abc import ABC, abstractmethod
from typing import Annotated

from pydantic import Field

from sidecar.schema import MAX_WEIGHT, FrozenModel, Positive
from sidecar.signals.search_reader import SearchReader

ExcludedWeight = Annotated[float, Field(gt=0, le=MAX_WEIGHT, allow_inf_nan=False)] | None
"""What is taken off the logit of a document that has what the query excludes ("not nike"); None: as
much as a strength of -1 takes off. The model is drawn to the words that a query excludes, so this
must outweigh it."""


class Signal(FrozenModel, ABC):
    """The keys that all kinds have. A kind adds `kind`, its own keys and the two methods."""

    weight: Annotated[float, Field(ge=-MAX_WEIGHT, le=MAX_WEIGHT, allow_inf_nan=False)] = 1.0
    cap: Positive = 2.0

    @property
    @abstractmethod
    def reads(self) -> tuple[str, ...]:
        """The fields that it reads. A profile that lacks one of them is refused."""

    @property
    def needs_constraint(self) -> str | None:
        """The constraint of the query that it needs. A profile without its extractor is refused."""
        return None

    @abstractmethod
    def strengths(self, search: SearchReader) -> list[float]:
        """One strength per document, in [-1, 1]; 0 where a field is missing or unreadable.

        A document's strength must not depend on the other documents: scores of different requests
        are compared.
        """

    def contributions(self, search: SearchReader) -> list[float]:
        """What the signal adds to each document's logit."""
        strengths = self.strengths(search)
        if not any(strengths):
            return strengths
        return [self.contribution(strength) if strength else 0.0 for strength in strengths]

    def contribution(self, strength: float) -> float:
        """What a strength adds to the logit: weight * strength, held within [-cap, cap]."""
        return max(-self.cap, min(self.cap, self.weight * strength))
