"""Stops an arm, as a guardrail does."""

import json
import os
from datetime import datetime
from pathlib import Path

from mappings.experiments.experiment import Experiment, ExperimentError, Stop
from mappings.experiments.reading import read_experiment
from mappings.experiments.stops import check_stops, stops_file


def stop_arm(path: Path, arm: str, reason: str, at: datetime) -> Experiment:
    """Stops an arm of the experiment in `path`, and returns the experiment as it is then. An arm
    that is stopped already keeps its time and reason.

    Raises ExperimentError for an arm that cannot be stopped, and for a file that cannot be written.
    """
    experiment = read_experiment(path)
    stops = {arm: Stop(at=at, reason=reason), **experiment.stops}
    stopped = experiment.model_copy(update={"stops": stops})
    check_stops(stopped)
    file = stops_file(path)
    written = file.with_name(f".{file.name}.{os.getpid()}")
    values = {name: stop.model_dump(mode="json") for name, stop in stops.items()}
    text = json.dumps(values, indent=2, ensure_ascii=False)
    try:
        written.write_text(text + "\n", encoding="utf-8")
        written.replace(file)
    except OSError as fault:
        raise ExperimentError(f"{file} cannot be written: {fault.strerror}") from None
    finally:
        written.unlink(missing_ok=True)
    return stopped
