"""What an experiment's file holds (TOML); the file's name is the experiment's.

# weights.toml
unit = "user"                     # or: key, query
canary_share = 0.1                # a tenth of the users take part; all when absent
start = 2026-12-01T00:00:00Z
stop = 2026-12-15T00:00:00Z

[[arms]]
name = "control"                  # changes nothing: searches are served as they ask
share = 0.5

[[arms]]
name = "weights"
profile = "shop-fitted"
share = 0.5
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from math import isclose
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

Unit = Literal["user", "key", "query"]
Method = Literal["split", "interleave"]
NAME = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"
"""Of experiments and arms: fit for headers, labels of metrics and file names."""
Name = Annotated[str, StringConstraints(pattern=NAME)]
Text = Annotated[str, Field(min_length=1, max_length=256)]
MAX_ARMS = 16
_DRAFT = "https://json-schema.org/draft/2020-12/schema"


class ExperimentError(ValueError):
    """An experiment that cannot be run, with the reason in one line."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def _moment(value: object) -> object:
    """A date without a time as its first moment, in UTC."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime.combine(value, time(), UTC)
    return value


Moment = Annotated[AwareDatetime, BeforeValidator(_moment)]


class _Frozen(BaseModel):
    """Immutable, and refuses keys that it does not declare."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, use_attribute_docstrings=True, protected_namespaces=()
    )


class Arm(_Frozen):
    """One way of reranking; what an arm does not set is as the search asks."""

    name: Name
    share: Annotated[float, Field(ge=0, le=1)] | None = None
    """Of the units that take part. Absent in all arms: equal shares. Not for interleaving."""
    profile: Text | None = None
    model: Text | None = None
    """The name of a model that the service serves."""
    depth: Annotated[int, Field(ge=1)] | None = None
    """How many of the first hits are reranked; the others follow in the first stage's order."""
    off: bool = False
    """No reranking: the first stage's order."""

    @model_validator(mode="after")
    def _off_alone(self) -> Self:
        if self.off and (self.profile or self.model or self.depth):
            raise ValueError(f"the arm {self.name} is off: profile, model and depth have no effect")
        return self


class Stop(_Frozen):
    """When and why an arm was stopped."""

    at: Moment
    reason: str


class File(_Frozen):
    """The whole file."""

    method: Method = "split"
    """`split`: each unit sees one arm. `interleave`: each search shows the hits of all arms, by
    team-draft; two-stage search alone can do that."""
    unit: Unit = "user"
    """What is assigned to an arm: a `user` as the caller names it, an API `key`, or a `query`."""
    salt: Text | None = None
    """Mixed into the hash of a unit; the file's name when absent. Another one assigns anew."""
    canary_share: Annotated[float, Field(gt=0, le=1)] = 1.0
    """The share of the units that take part; the others are served as if there were none."""
    control: Name | None = None
    """The arm that the others are compared with; the first when absent."""
    start: Moment | None = None
    """From when on; at once when absent. A date is its first moment in UTC."""
    stop: Moment | None = None
    """Until when; without end when absent."""
    profiles: tuple[Text, ...] | None = None
    """Only searches that ask for one of these profiles take part; all when absent."""
    api_keys: tuple[Text, ...] | None = None
    """Only requests with one of these API keys take part, by their names; all when absent. Of no
    effect in two-stage search."""
    arms: Annotated[tuple[Arm, ...], Field(min_length=2, max_length=MAX_ARMS)]

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        names = [arm.name for arm in self.arms]
        if repeated := next((name for name in names if names.count(name) > 1), None):
            raise ValueError(f"two arms are called {repeated}")
        if self.control is not None and self.control not in names:
            raise ValueError(f"control: no arm is called {self.control}, only {', '.join(names)}")
        if self.start and self.stop and self.start >= self.stop:
            raise ValueError("start is not before stop")
        given = [arm.share for arm in self.arms if arm.share is not None]
        if self.method == "interleave" and given:
            raise ValueError("interleaving shows every arm in every search: arms have no share")
        if given and len(given) < len(names):
            missing = next(arm.name for arm in self.arms if arm.share is None)
            raise ValueError(f"the arm {missing} has no share, and others have one")
        if given and not isclose(sum(given), 1, abs_tol=1e-6):
            raise ValueError(f"the shares of the arms add up to {sum(given):.6g}, not to 1")
        return self


class Experiment(_Frozen):
    """A file's experiment, with what the file leaves open filled in."""

    name: Name
    method: Method
    unit: Unit
    salt: str
    canary_share: float
    control: str
    start: Moment | None
    stop: Moment | None
    profiles: tuple[str, ...] | None
    api_keys: tuple[str, ...] | None
    arms: tuple[Arm, ...]
    """Each has a share unless the arms are interleaved."""
    stops: Mapping[str, Stop] = Field(default_factory=dict)
    """The arms that were stopped, by name."""

    @classmethod
    def of(cls, name: str, file: File, stops: Mapping[str, Stop]) -> Self:
        """The experiment of that name."""
        arms = file.arms
        if file.method == "split" and arms[0].share is None:
            arms = tuple(arm.model_copy(update={"share": 1 / len(arms)}) for arm in arms)
        filled: dict[str, Any] = {
            **dict(file),
            "salt": file.salt or name,
            "control": file.control or arms[0].name,
            "arms": arms,
        }
        return cls(name=name, stops=stops, **filled)

    def arm(self, name: str) -> Arm | None:
        """The arm of that name."""
        return next((arm for arm in self.arms if arm.name == name), None)

    @property
    def running_arms(self) -> tuple[Arm, ...]:
        """The arms that were not stopped."""
        return tuple(arm for arm in self.arms if arm.name not in self.stops)


def file_schema() -> dict[str, Any]:
    """The JSON Schema of an experiment's file, for editors."""
    return {
        "$schema": _DRAFT,
        **File.model_json_schema(),
        "title": "An experiment of rerank-sidecar",
    }
