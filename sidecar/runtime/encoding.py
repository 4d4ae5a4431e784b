"""What an encoder's manifest says of its vectors."""

from collections.abc import Mapping
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from sidecar.errors import InvalidRequest

TextKind = Literal["query", "document"]
"""What a text is to a search: some encoders want another prefix before each."""


class Encoding(BaseModel):
    """How texts become vectors."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    dimensions: int = Field(ge=1)
    """Of a whole vector."""
    pooling: str
    """Which of a text's states its vector is made of, by sentence-transformers' names: "mean",
    "cls", "lasttoken"; of several joined "cls+mean"."""
    prefixes: Mapping[TextKind, str] = {}
    """What a text of a kind begins with, blanks included; nothing where the kind is absent."""
    matryoshka: tuple[int, ...] = ()
    """The smaller sizes that the encoder was trained for: a vector's first so many numbers are a
    vector too (Matryoshka representation learning, arXiv 2205.13147)."""

    @model_validator(mode="after")
    def _smaller_sizes(self) -> Self:
        if any(not 0 < size < self.dimensions for size in self.matryoshka):
            raise ValueError(f"`matryoshka` must lie below the dimensions, {self.dimensions}")
        return self

    def prefix(self, kind: TextKind) -> str:
        """What a text of the kind begins with."""
        return self.prefixes.get(kind, "")

    def check_size(self, dimensions: int) -> None:
        """Raises InvalidRequest for vectors of a size that the encoder does not give."""
        if dimensions == self.dimensions or dimensions in self.matryoshka:
            return
        if not self.matryoshka:
            raise InvalidRequest(
                f"$: this encoder's vectors have {self.dimensions} numbers, and it was "
                f"not trained for another size such as {dimensions} (Matryoshka)"
            )
        sizes = ", ".join(map(str, sorted({*self.matryoshka, self.dimensions})))
        raise InvalidRequest(
            f"$: this encoder's vectors have one of {sizes} numbers, not {dimensions}"
        )
