"""Experiments in the service: which arm a request is in, and what that arm does to it.

A request without an arm is served as it asks. One that names its arm (`arm`: two-stage search has
chosen it) is counted under that arm, and served as it asks too.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from mappings.experiments import (
    Arm,
    Asked,
    Assignment,
    Experiment,
    ExperimentError,
    ExperimentFiles,
    assign,
    read_experiments,
)
from sidecar.access.api_key import ANONYMOUS, ApiKey
from sidecar.contracts.dialect import Dialect
from sidecar.errors import ArmOff, ExperimentFault
from sidecar.http.experiment_names import check_names
from sidecar.pipeline.fallback import Holder, rank_or_fall_back
from sidecar.pipeline.first_hits import rank_first
from sidecar.pipeline.given_order import given_order
from sidecar.pipeline.registry import ModelRegistry
from sidecar.pipeline.rerank_pipeline import RerankPipeline
from sidecar.pipeline.special_queries import is_blank
from sidecar.request import RankRequest, RankResult
from sidecar.runtime.flows import Flow
from sidecar.telemetry.metrics import Metrics

NO_UNIT = "the experiment {name} has no user to assign: send `unit`, or the header X-Rerank-Unit"
"""A warning."""


class ArmName(NamedTuple):
    """An arm that a file names."""

    experiment: str
    arm: str

    def __str__(self) -> str:
        return f"{self.experiment}/{self.arm}"


@dataclass(frozen=True, slots=True)
class Treatment:
    """A request as its arm has it."""

    request: RankRequest
    name: ArmName | None = None
    """What it is counted as; None outside of experiments."""
    arm: Arm | None = None
    """What is done to it; None: nothing."""
    warnings: tuple[str, ...] = ()

    @property
    def model(self) -> str | None:
        """The model of the arm."""
        return None if self.arm is None else self.arm.model

    async def rank(self, pipeline: RerankPipeline, client: Flow, hold: Holder) -> RankResult:
        """The arm's result. Raises ArmOff for a search engine's request, which would take a given
        order for the model's; else as `rank_or_fall_back`."""
        request, arm = self.request, self.arm

        async def rank(part: RankRequest) -> RankResult:
            return await rank_or_fall_back(pipeline, part, client, hold)

        if arm is not None and arm.off:
            if request.all_or_nothing:
                raise ArmOff(f"the arm {self.name} is not reranked: keep the first stage's order")
            result = given_order(request, pipeline.model.name)
        elif arm is not None and arm.depth is not None:
            result = await rank_first(request, arm.depth, rank)
        else:
            result = await rank(request)
        return replace(result, warnings=(*result.warnings, *self.warnings))


class LiveExperiments:
    """The experiments of a service, read again while it runs."""

    def __init__(self, path: Path | None, metrics: Metrics) -> None:
        """Raises ExperimentFault for files that are not understood."""
        self._metrics = metrics.experiments
        self._models: ModelRegistry | None = None
        try:
            self._files = None if path is None else ExperimentFiles.open(path)
        except ExperimentError as fault:
            raise ExperimentFault(fault.message) from None
        self.in_force = () if self._files is None else self._files.experiments
        """Replaced whole, never changed."""

    def begin(self, models: ModelRegistry) -> None:
        """From now on the models serve. Raises ExperimentFault for an arm whose profile or model is
        not there."""
        self._models = models
        self._check(self.in_force)

    def reload_if_changed(self) -> bool:
        """Reads the files again if they have changed and are written to their end; whether it did.
        Raises ExperimentFault, and keeps the experiments in force, if they are not good."""
        if self._files is None:
            return False
        try:
            changed = self._files.changed()
        except ExperimentError as fault:
            raise ExperimentFault(fault.message) from None
        if changed is None:
            return False
        self._check(changed)
        self.in_force = changed
        return True

    def reload(self) -> None:
        """Reads the files again. Raises as `reload_if_changed`."""
        if self._files is None:
            return
        try:
            experiments = read_experiments(self._files.path)
        except ExperimentError as fault:
            raise ExperimentFault(fault.message) from None
        self._check(experiments)
        self.in_force = experiments

    def treat(self, request: RankRequest, dialect: Dialect, key: ApiKey) -> Treatment:
        """The request as its arm has it. What is no search is left alone: pairs with a query each,
        sentences without a ranking, and blank queries."""
        if not self.in_force or request.queries or is_blank(request.query):
            return Treatment(request)
        if request.spans is not None and request.spans.alone:
            return Treatment(request)
        if request.control.arm is not None:
            return Treatment(request, self._named(request.control.arm))
        control = request.control
        asked = Asked(
            request.query,
            control.unit,
            "" if key is ANONYMOUS else key.name,
            control.profile,
        )
        experiments = (each for each in self.in_force if _fits(each, dialect))
        found = assign(experiments, asked, datetime.now(UTC))
        return Treatment(request) if found is None else self._treatment(request, found)

    def describe(self) -> list[dict[str, Any]]:
        """The experiments in force, for /info."""
        return [
            {
                "name": each.name,
                "method": each.method,
                "unit": each.unit,
                "canary_share": each.canary_share,
                "arms": {arm.name: arm.share for arm in each.arms},
                "stopped": sorted(each.stops),
            }
            for each in self.in_force
        ]

    def _treatment(self, request: RankRequest, found: Assignment) -> Treatment:
        experiment, arm = found.experiment, found.arm
        reason: str | None = found.outside
        if arm is not None and arm.model is not None and arm.model not in self._served:
            reason = "no_model"  # unloaded since the file was read
        if arm is None or reason is not None:
            self._metrics.outside.labels(experiment=experiment.name, reason=reason).inc()
            nameless = (NO_UNIT.format(name=experiment.name),) if reason == "no_unit" else ()
            return Treatment(request, warnings=nameless)
        if arm.profile is not None:
            request = replace(request, control=replace(request.control, profile=arm.profile))
        return Treatment(request, ArmName(experiment.name, arm.name), arm)

    def _named(self, text: str) -> ArmName | None:
        """The arm that a caller names; None for one that no file has."""
        experiment, _, arm = text.partition("/")
        known = any(each.name == experiment and each.arm(arm) is not None for each in self.in_force)
        return ArmName(experiment, arm) if known else None

    @property
    def _served(self) -> Mapping[str, object]:
        return {} if self._models is None else self._models.served

    def _check(self, experiments: tuple[Experiment, ...]) -> None:
        if self._models is None:
            return
        check_names(experiments, self._models.config.profiles.names, tuple(self._served))


def _fits(experiment: Experiment, dialect: Dialect) -> bool:
    """Whether the service can run the experiment for requests of the dialect: a search engine's
    hits come in no order of which the first could be reranked."""
    deep = any(arm.depth is not None for arm in experiment.arms)
    return experiment.method == "split" and (dialect.ordered or not deep)


def outcome(status: int, facts: Mapping[str, Any]) -> str:
    """What became of a request, for the metrics of its arm."""
    if facts.get("reason") == ArmOff.code:
        return "off"
    if status == 429 or status >= 500:
        return "failed"
    if status >= 400:
        return "refused"
    return "degraded" if "degraded" in facts or "coverage" in facts else "ok"
