"""Whether what the arms of experiments name is there."""

from collections.abc import Collection, Iterable

from mappings.experiments import Experiment
from sidecar.errors import ExperimentFault


def check_names(
    experiments: Iterable[Experiment], profiles: Collection[str], models: Collection[str] | None
) -> None:
    """Raises ExperimentFault for an arm whose profile or model is not there. `models` is None where
    it is not known which are served."""
    for experiment in experiments:
        for arm in experiment.arms:
            given = (("profile", arm.profile, profiles), ("model", arm.model, models))
            for kind, name, known in given:
                if name is not None and known is not None and name not in known:
                    raise ExperimentFault(
                        f"{experiment.name}.toml: the arm {arm.name}: there is no {kind} {name}, "
                        f"only {', '.join(known)}"
                    )
