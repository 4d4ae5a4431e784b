"""Which models run, and how: one frozen value, made once from the settings and passed on whole.

A field here is a row of the settings table (`sidecar.settings` inherits it), a flag, an environment
variable and a keyword of `sidecar.Reranker.open`. Adding one takes a line here and a line where it
acts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
)

from sidecar.errors import StartupError, first_fault

Device = Literal["cpu", "cuda"]
Runtime = Literal["onnxruntime", "openvino"]
Precision = Literal["fp32", "fp16", "bf16", "int8"]
OpenVinoPrecision = Literal["fp32", "bf16", "int8"]
"""What OpenVINO may be asked to compute at."""

MAX_TOKEN_BUDGET = 2**22
"""Far beyond what a device's memory holds. The first run is as large as the budget allows."""
MAX_MB = 2**40
"""An exabyte: beyond all machines."""
MAX_RUN_S = 86_400.0
"""A day; how long the system waits for a process is bounded too."""

RENAMED: Mapping[str, str] = {"engine": "runtime"}
"""Old name -> name. Old keywords, flags, environment variables and TOML keys still work."""


@dataclass(frozen=True, slots=True)
class ModelSource:
    """A model to open."""

    folder: Path | None = None
    """None: the shipped model."""
    name: str | None = None
    """What requests call it; None: the manifest's name."""


class RuntimeOptions(BaseModel):
    """Device, graph, runtime and layout; what is None is chosen by the model and the machine."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    graph: str | None = Field(
        None, description="Graph of the model to run; the first that allows the device when absent."
    )
    device: Device = Field(
        "cpu", description="Where to run. Startup fails if the model does not really run there."
    )
    runtime: Runtime = Field(
        "onnxruntime",
        description="What runs the graph; `engine` is its older name. openvino (extra `openvino`) "
        "takes a float graph, on a CPU.",
    )
    precision: OpenVinoPrecision | None = Field(
        None,
        description="What openvino computes at; the graph's own precision when absent. onnxruntime "
        "always has that.",
    )
    depth: Literal["full", "adaptive"] = Field(
        "full",
        description="How much of the network a pair goes through: all of it, or, with a model that "
        "has exits, less where it is surely irrelevant. Scores of such pairs are others.",
    )
    workers: int | None = Field(
        None, ge=1, le=1024, description="Runs at a time; on a CPU one per core when absent."
    )
    threads: int | None = Field(
        None,
        ge=1,
        le=1024,
        description="Threads of a run on a CPU; cores divided by workers when absent.",
    )
    token_budget: int | None = Field(
        None,
        ge=0,
        le=MAX_TOKEN_BUDGET,
        description="Most padded tokens of a run; 0 is one unpadded pair per run, as on a CPU.",
    )
    isolation: Literal["thread", "process"] = Field(
        "thread",
        description="Where runs happen: `thread` of the service, or worker `process`: one for each "
        "run at a time, started again when it dies or hangs.",
    )
    run_timeout_s: float = Field(
        60.0,
        gt=0,
        le=MAX_RUN_S,
        description="Seconds after which a run hangs: a worker process is ended, a thread makes "
        "`/health/live` fail.",
    )
    cache_mb: int = Field(
        64,
        ge=0,
        le=MAX_MB,
        description="Megabytes for the logits of pairs that were scored already, of all models "
        "together; 0 keeps none. A pair takes about 200 bytes, a vector that a signal compares "
        "2 kB.",
    )
    batch_share: float = Field(
        0.1,
        gt=0,
        le=0.5,
        description="Share of the workers for requests of priority `batch` while `interactive` "
        "ones wait too; what these leave is theirs as well.",
    )
    state: Path | None = Field(
        None,
        description="Folder for what `rerank-sidecar tune` found; by the XDG convention "
        "`~/.local/state/rerank-sidecar` when absent.",
    )

    @field_validator("*", mode="before")
    @classmethod
    def _no_boolean_for_a_number(cls, value: Any, info: ValidationInfo) -> Any:
        """The value, of every setting. Pydantic reads `workers = true` as 1. Raises ValueError."""
        kind = cls.model_fields[info.field_name or ""].annotation
        if isinstance(value, bool) and {int, float} & {kind, *get_args(kind)}:
            raise ValueError(f"a number is wanted, not {str(value).lower()}")
        return value

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> "RuntimeOptions":
        """From keywords. `engine` is an old name of `runtime`.

        Raises TypeError for one that does not exist, StartupError for a value that is not allowed.
        """
        values = {RENAMED.get(name, name): value for name, value in options.items()}
        if unknown := values.keys() - cls.model_fields.keys():
            raise TypeError(f"there is no option {', '.join(sorted(unknown))}")
        try:
            return cls(**values)
        except ValidationError as fault:
            raise StartupError(f"option {first_fault(fault)}") from None
