"""The layout that `rerank-sidecar tune` found best, kept in a state folder for later starts.

A file holds the layout of one model's graph on one machine. Its name comes from what a machine and
a choice of model are; what changes under them (versions, a new model in the same folder) is written
in it and compared, so that a file which no longer fits is known as stale. Whatever is wrong with a
file, the answer is the default layout and a line in the log, never a failed start.
"""

import datetime
import hashlib
import os
import tempfile
from pathlib import Path
from typing import Literal

import structlog
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sidecar.errors import first_fault
from sidecar.runtime.cores import ROOT, available_cores, read_cpu
from sidecar.runtime.manifest import Runs
from sidecar.runtime.quota import kernel_text
from sidecar.runtime.runs import Layout

FOLDER = "layouts"
MAX_BYTES = 65_536
log = structlog.get_logger("rerank")


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class LayoutKey(Strict):
    """Which machine, and which choice of model: one file each."""

    cpu: str
    flags: tuple[str, ...] = Field(strict=False)
    cores: int
    device: str
    """"cpu", or the device with its name where the driver tells it."""
    model: str
    graph: str
    engine: str


class StoredLayout(Strict):
    """A file's content."""

    format: Literal[1]
    place: LayoutKey
    score_revision: str
    """Of the model, with the versions of the runtime and of this package; another is stale."""
    workers: int = Field(ge=1, le=1024)
    intra_op_threads: int = Field(ge=1, le=1024)
    token_budget: int = Field(ge=0)
    measured: datetime.date = Field(strict=False)
    ratio: float = Field(gt=0)
    """Pairs/s divided by those of the default layout; 1 when that was kept."""

    @property
    def layout(self) -> Layout:
        return Layout(
            self.workers,
            self.intra_op_threads,
            self.token_budget,
            source=f"tuned {self.measured.isoformat()}",
        )


def state_folder(given: Path | None) -> Path | None:
    """The given one, else that of the XDG Base Directory specification; None without a home.

    It need not be there.
    """
    if given is not None:
        return given
    base = os.environ.get("XDG_STATE_HOME", "")
    try:
        # The specification wants a path that is not absolute to be ignored.
        above = Path(base) if os.path.isabs(base) else Path.home() / ".local" / "state"
    except RuntimeError:  # no HOME, and a user that is in no list
        return None
    return above / "rerank-sidecar"


def layout_key(model: str, graph: str, runtime: str, device: str, root: Path = ROOT) -> LayoutKey:
    """This machine, for a graph of a model. `root` holds `proc` and `sys`; others are for tests."""
    cpu = read_cpu(root)
    return LayoutKey(
        cpu=cpu.name,
        flags=cpu.flags,
        cores=available_cores(root),
        device=device if device == "cpu" else " ".join([device, *_gpus(root)]),
        model=model,
        graph=graph,
        engine=runtime,
    )


def store(state: Path, layout: StoredLayout) -> Path:
    """Writes the file, in place of an older one, and returns its path. Raises OSError."""
    path = _path(state, layout.place)
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix=".tmp-", delete=False) as file:
        try:
            file.write(layout.model_dump_json(indent=1) + "\n")
            file.close()
            os.replace(file.name, path)  # a start that reads meanwhile sees one or the other
        except OSError:
            Path(file.name).unlink(missing_ok=True)
            raise
    return path


def find_layout(state: Path, key: LayoutKey, score_revision: str, runs: Runs) -> Layout | None:
    """What was kept for this place and revision; None where there is nothing, or nothing of use."""
    path = _path(state, key)
    try:
        with path.open("rb") as file:
            stored = StoredLayout.model_validate_json(file.read(MAX_BYTES))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as fault:
        reason = f"it cannot be read: {fault.strerror}"
    except ValidationError as fault:
        reason = f"it is no kept layout: {first_fault(fault)}"
    else:
        if stored.place != key:
            reason = "it is of another machine or model"
        elif stored.score_revision != score_revision:
            reason = "it is of other versions or another model: run `rerank-sidecar tune` again"
        elif stored.token_budget and runs == "single":
            reason = "it puts pairs together that this graph must score alone"
        else:
            return stored.layout
    log.warning("kept layout ignored", path=str(path), reason=reason)
    return None


def _path(state: Path, key: LayoutKey) -> Path:
    digest = hashlib.sha256(key.model_dump_json().encode()).hexdigest()[:16]
    return state / FOLDER / f"{digest}.json"


def _gpus(root: Path) -> list[str]:
    """The names of the GPUs that NVIDIA's driver tells of, in their order."""
    names = []
    for path in sorted((root / "proc/driver/nvidia/gpus").glob("*/information")):
        lines = kernel_text(path).splitlines()
        names += [line.partition(":")[2].strip() for line in lines if line.startswith("Model:")]
    return names
