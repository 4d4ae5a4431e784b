"""The arms that were stopped: a file beside the experiment's own, so that no program edits that.

    weights.stopped.json    {"weights": {"at": "2026-12-03T10:00:00Z", "reason": "p95 latency"}}

Delete it, or an entry, to let the arm run again.
"""

from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from mappings.experiments.experiment import Experiment, ExperimentError, Stop

_Stops = TypeAdapter(dict[str, Stop])


def stops_file(path: Path) -> Path:
    """The file that says which arms of the experiment in `path` are stopped."""
    return path.with_suffix(".stopped.json")


def read_stops(path: Path) -> dict[str, Stop]:
    """The stopped arms of the experiment in `path`. Raises ExperimentError for a file that is not
    understood."""
    file = stops_file(path)
    try:
        return _Stops.validate_json(file.read_bytes())
    except FileNotFoundError:
        return {}
    except OSError as fault:
        raise ExperimentError(f"{file} cannot be read: {fault.strerror}") from None
    except ValidationError:
        raise ExperimentError(
            f"{file.name}: is not understood; it has `at` and `reason` for each stopped arm"
        ) from None


def check_stops(experiment: Experiment) -> None:
    """Raises ExperimentError for an unknown arm that is stopped, and for the control."""
    for name in experiment.stops:
        if experiment.arm(name) is None:
            raise ExperimentError(f"{experiment.name}: no arm is called {name}, and it is stopped")
        if name == experiment.control:
            raise ExperimentError(f"{experiment.name}: the control {name} cannot be stopped")
