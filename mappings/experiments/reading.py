"""Experiments from their files. A fault is one line that begins with the file:

weights.toml: arms[1].depth: Input should be greater than or equal to 1
"""

import re
import tomllib
from pathlib import Path

from pydantic import ValidationError

from mappings.experiments.experiment import NAME, Experiment, ExperimentError, File
from mappings.experiments.stops import check_stops, read_stops

SUFFIX = ".toml"
MAX_FILE_BYTES = 2**20


def read_experiments(path: Path) -> tuple[Experiment, ...]:
    """The experiment of a file, or those of a folder's *.toml files by name. Raises
    ExperimentError."""
    return tuple(read_experiment(file) for file in experiment_files(path))


def experiment_files(path: Path) -> tuple[Path, ...]:
    """The file, or the folder's *.toml files by name. Raises ExperimentError for neither."""
    if path.is_dir():
        return tuple(sorted(path.glob(f"*{SUFFIX}")))
    if not path.is_file():
        raise ExperimentError(f"{path} is neither a file nor a folder of experiments")
    return (path,)


def read_experiment(path: Path) -> Experiment:
    """The experiment of a file, with the arms that were stopped. Raises ExperimentError."""
    if path.suffix != SUFFIX or not re.fullmatch(NAME, path.stem):
        raise ExperimentError(
            f"{path.name}: an experiment's file is called NAME{SUFFIX}; the name has letters, "
            "digits, `.`, `_` and `-`, at most 64"
        )
    try:
        raw = path.read_bytes()
    except OSError as fault:
        raise ExperimentError(f"{path} cannot be read: {fault.strerror}") from None
    if len(raw) > MAX_FILE_BYTES:
        raise ExperimentError(f"{path.name} is larger than {MAX_FILE_BYTES} bytes")
    try:
        file = File.model_validate(tomllib.loads(raw.decode()))
    except UnicodeDecodeError:
        raise ExperimentError(f"{path.name}: is not UTF-8") from None
    except (tomllib.TOMLDecodeError, RecursionError) as fault:
        raise ExperimentError(f"{path.name}: is not TOML: {fault}") from None
    except ValidationError as faults:
        raise ExperimentError(f"{path.name}: {first_fault(faults)}") from None
    experiment = Experiment.of(path.stem, file, read_stops(path))
    check_stops(experiment)
    return experiment


def first_fault(faults: ValidationError) -> str:
    """`arms[1].depth: Input should be ...`."""
    first = faults.errors(include_url=False, include_input=False)[0]
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in first["loc"])
    where = "".join(steps).removeprefix(".")
    message = first["msg"].removeprefix("Value error, ")
    return f"{where}: {message}" if where else message
