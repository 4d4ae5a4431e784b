"""How a query and a document are made to fit the model."""

from dataclasses import dataclass

from sidecar.request import Cut
from sidecar.text.long_documents import LongDocuments


@dataclass(frozen=True, slots=True)
class Fit:
    """What to do with a query or a document that does not fit the model."""

    cut: Cut | None = "right"
    """None: refuse it."""
    max_tokens: int | None = None
    """Most ids of a document; when given, documents are cut there and not windowed."""
    long: LongDocuments | None = None
    """None: cut, never window."""
    max_pair_tokens: int | None = None
    """Most ids of a pair; as `max_tokens`, it cuts."""
    max_query_tokens: int | None = None
    """Most ids of the query."""
    score_empty: bool = False
    """Whether a passage without a single token is a pair too: Shapley values need it."""

    @property
    def windowed(self) -> LongDocuments | None:
        """How a long document is read in windows; None: it is not."""
        return self.long if self.max_tokens is None else None
