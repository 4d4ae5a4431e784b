"""`rerank-sidecar experiment check`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from mappings.experiments import Experiment


def check_command(
    path: Annotated[
        Path, typer.Argument(metavar="PATH", help="An experiment's file, or a folder of them.")
    ],
    profiles: Annotated[
        Path | None,
        typer.Option(file_okay=False, help="The folder with profiles of your own, as for `serve`."),
    ] = None,
    models: Annotated[
        list[str] | None,
        typer.Option(
            "--model",
            help="A model that the service will serve, by its name; may be repeated. Models are "
            "not checked when absent.",
        ),
    ] = None,
    unit: Annotated[
        str | None,
        typer.Option(help="Also say which arm this user, API key or query is in."),
    ] = None,
) -> None:
    """Check experiments as the service does at its start, and show their arms.

    Exits with status 1 for the first fault.
    """
    from mappings.experiments import ExperimentError, read_experiments
    from sidecar.errors import ExperimentFault
    from sidecar.http.experiment_names import check_names
    from sidecar.profiles import Profiles

    try:
        experiments = read_experiments(path)
    except ExperimentError as fault:
        raise ExperimentFault(fault.message) from None
    check_names(experiments, Profiles.open(profiles).names, models)
    if not experiments:
        raise ExperimentFault(f"{path} has no file of an experiment, NAME.toml")
    for experiment in experiments:
        _show(experiment)
        if unit is not None:
            typer.echo(f"  {unit}: {_place(experiment, unit)}")


def _show(experiment: "Experiment") -> None:
    typer.echo(
        f"{experiment.name}: {experiment.method} by {experiment.unit}, "
        f"{experiment.canary_share:.4g} of all take part"
    )
    for arm in experiment.arms:
        settings = {"profile": arm.profile, "model": arm.model, "depth": arm.depth}
        given = [f"{key} {value}" for key, value in settings.items() if value is not None]
        share = "" if arm.share is None else f" {arm.share:.4g}"
        notes = ["off"] if arm.off else given or ["as the search asks"]
        if arm.name == experiment.control:
            notes.append("the control")
        if (stop := experiment.stops.get(arm.name)) is not None:
            notes.append(f"stopped {stop.at:%Y-%m-%d %H:%M}: {stop.reason}")
        typer.echo(f"  {arm.name}{share}: {', '.join(notes)}")


def _place(experiment: "Experiment", unit: str) -> str:
    """Where the unit is while the experiment runs."""
    from mappings.experiments.assignment import arm_of, in_canary, normalised

    if experiment.unit == "query":
        unit = normalised(unit)
    if not in_canary(experiment, unit):
        return "does not take part"
    if experiment.method == "interleave":
        return "sees all arms"
    name = arm_of(experiment, unit).name
    return f"{name}, which is stopped" if name in experiment.stops else name
