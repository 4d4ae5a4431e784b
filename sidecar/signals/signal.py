"""What every kind of signal is: keys in a profile, and a strength for each document."""

from abc import ABC, abstractmethod
from typing import Annotated

from pydantic import Field

from sidecar.schema import MAX_WEIGHT, FrozenModel, Positive
from sidecar.signals.search_reader import SearchReader


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

    def contribution(self, strength: float) -> float:
        """What a strength adds to the logit: weight * strength, held within [-cap, cap]."""
        return max(-self.cap, min(self.cap, self.weight * strength))
