"""The traffic file, TOML:

model = "minilm-en"            # the measured node must have it; any when absent

[queries]
per_second = 3.0               # mean of a day
by_hour = [1, 1, 0.5, ...]     # 24 numbers, in any unit; a flat day when absent
repeat_share = 0.4             # of the queries, that are among `popular`
popular = 5000                 # so many different ones, asked by Zipf's law

[hits]
per_query = { 20 = 0.7, 100 = 0.3 }    # how many are reranked: shares; or one number

[pairs]
median_tokens = 60             # of query and hit together; lognormal
sigma = 0.5                    # 0: all have the same length
max_tokens = 256               # longer ones are cut

[promise]
deadline_ms = 800              # as clients send it
refused = 0.001                # at most this share may be refused or late

[node]
price_per_hour = 0.12
"""

import tomllib
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, ValidationError, model_validator

from sidecar.errors import StartupError, first_fault
from sidecar.schema import FrozenModel, Positive

Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
HOURS = 24
MAX_HITS = 10_000
MAX_POPULAR = 1_000_000


class Queries(FrozenModel):
    per_second: Positive
    by_hour: tuple[Annotated[float, Field(ge=0, allow_inf_nan=False)], ...] = (1.0,) * HOURS
    repeat_share: Share = 0.0
    popular: Annotated[int, Field(ge=1, le=MAX_POPULAR)] = 1000

    @model_validator(mode="after")
    def _a_day(self) -> Self:
        if len(self.by_hour) != HOURS or not any(self.by_hour):
            raise ValueError(f"`by_hour` needs {HOURS} numbers, not all of them 0")
        return self

    @model_validator(mode="after")
    def _repeats(self) -> Self:
        if "popular" in self.model_fields_set and "repeat_share" not in self.model_fields_set:
            raise ValueError("`popular` says nothing without `repeat_share`, which is 0")
        return self

    @property
    def peak(self) -> float:
        """Rate of the busiest hour, in means of the day."""
        return max(self.by_hour) * HOURS / sum(self.by_hour)


class Hits(FrozenModel):
    per_query: (
        Annotated[int, Field(ge=1, le=MAX_HITS)]
        | Annotated[dict[Annotated[int, Field(ge=1, le=MAX_HITS)], Positive], Field(min_length=1)]
    )

    @property
    def shares(self) -> dict[int, float]:
        """Hits of a query -> share of the queries."""
        if isinstance(self.per_query, int):
            return {self.per_query: 1.0}
        total = sum(self.per_query.values())
        return {hits: share / total for hits, share in self.per_query.items()}

    @property
    def mean(self) -> float:
        return sum(hits * share for hits, share in self.shares.items())


class Pairs(FrozenModel):
    median_tokens: Annotated[float, Field(ge=4, le=100_000)]
    sigma: Annotated[float, Field(ge=0, le=3)] = 0.5
    max_tokens: Annotated[int, Field(ge=4, le=100_000)] = 512

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.median_tokens > self.max_tokens:
            raise ValueError("`median_tokens` is above `max_tokens`")
        return self


class Promise(FrozenModel):
    deadline_ms: Positive
    refused: Share = 0.001


class NodePrice(FrozenModel):
    price_per_hour: Annotated[float, Field(ge=0, allow_inf_nan=False)]


class Traffic(FrozenModel):
    """What comes, what is promised, and what a node costs."""

    queries: Queries
    hits: Hits
    pairs: Pairs
    promise: Promise
    node: NodePrice | None = None
    model: str | None = None

    @property
    def deadline_s(self) -> float:
        return self.promise.deadline_ms / 1000


def read_traffic(path: Path) -> Traffic:
    """The file's traffic. Raises StartupError with one line that names the file and the place."""
    try:
        return Traffic.model_validate(tomllib.loads(path.read_text()))
    except OSError as fault:
        raise StartupError(f"{path}: {fault.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise StartupError(f"{path} is not TOML: {fault}") from None
    except ValidationError as fault:
        raise StartupError(f"{path}: {first_fault(fault)}") from None
