"""Experiments in two-stage search: which arm a search is in, and what that makes of it."""

import logging
import time
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from es_integration.errors import IntegrationError
from es_integration.search.options import Rerank
from es_integration.search.second_stage import Variant
from es_integration.ubi.log import UbiLog
from mappings.experiments import (
    Arm,
    Asked,
    Assignment,
    Experiment,
    ExperimentError,
    ExperimentFiles,
    assign,
    draft_seed,
)

CHECK_S = 1.0
"""Between two looks whether the files have changed; a change counts after two looks."""
_LOG = logging.getLogger("es_integration.experiments")


class Experiments:
    """The experiments of a file or a folder, read again when they change. `open` them once and keep
    them; thread-safe."""

    def __init__(self, files: ExperimentFiles) -> None:
        self._files = files
        self._in_force = files.experiments
        self._next_look = time.monotonic() + CHECK_S

    @classmethod
    def open(cls, path: Path | str) -> "Experiments":
        """Raises IntegrationError for files that are not understood."""
        try:
            return cls(ExperimentFiles.open(Path(path)))
        except ExperimentError as fault:
            raise IntegrationError(fault.message) from None

    @property
    def in_force(self) -> Sequence[Experiment]:
        """The experiments as they are now. A changed file that is not understood leaves them as
        they are, and is said in Python's log `es_integration.experiments`."""
        if time.monotonic() >= self._next_look:
            self._next_look = time.monotonic() + CHECK_S
            try:
                self._in_force = self._files.changed() or self._in_force
            except ExperimentError as fault:
                _LOG.error("%s; the experiments stay as they were", fault.message)
        return self._in_force


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """Who searches, for experiments and for the log."""

    experiments: Experiments | Iterable[Experiment] = ()
    unit: str | None = None
    """The user whom an experiment assigns to an arm; a pseudonym will do."""
    client_id: str | None = None
    """The log's `client_id`; the unit when absent."""
    query_id: str | None = None
    """Of the same search, for its further pages: the report has it. A new one when absent."""
    application: str | None = None
    logs: Sequence[UbiLog] = ()
    """What the search showed is written here, in an experiment or not."""

    def place(self, query: str, profile: str | None, *, ranked: bool) -> "Placement":
        """Where the search is; one that is not `ranked` by score is in no experiment."""
        query_id = self.query_id or str(uuid.uuid4())
        if not ranked:
            return Placement(query_id, None)
        experiments = self.experiments
        if isinstance(experiments, Experiments):
            experiments = experiments.in_force
        asked = Asked(query, self.unit, profile=profile)
        found = assign(experiments, asked, datetime.now(UTC))
        return Placement(query_id, found)


@dataclass(frozen=True, slots=True)
class Placement:
    """A search in an experiment, or outside of all."""

    query_id: str
    assignment: Assignment | None

    def variants(self, asked: Rerank) -> tuple[Variant, ...]:
        """How each arm that the search is in reranks; outside of all as the search asks."""
        if self.assignment is None or not self.assignment.arms:
            return (Variant(asked),)
        name = self.assignment.experiment.name
        return tuple(_variant(name, arm, asked) for arm in self.assignment.arms)

    def seed(self, query: str) -> bytes:
        """What decides the order of an interleaved list: its pages and reloads show the same."""
        found = self.assignment
        return b"" if found is None else draft_seed(found.experiment, found.unit, query)

    def report(self) -> dict[str, Any]:
        """What the answer's report says of it."""
        if self.assignment is None:
            return {"query_id": self.query_id}
        experiment: dict[str, Any] = {"name": self.assignment.experiment.name}
        if self.assignment.outside is not None:
            experiment["outside"] = self.assignment.outside
        elif (arm := self.assignment.arm) is not None:
            experiment["arm"] = arm.name
        else:
            experiment["arms"] = [each.name for each in self.assignment.arms]
        return {"query_id": self.query_id, "experiment": experiment}


def _variant(experiment: str, arm: Arm, asked: Rerank) -> Variant:
    rerank = replace(
        asked,
        profile=arm.profile or asked.profile,
        model=arm.model or asked.model,
        window=arm.depth or asked.window,
    )
    return Variant(rerank, arm.name, f"{experiment}/{arm.name}", arm.off)
