"""Experiments: which users get which way of reranking. Read by the service and by two-stage search,
which must send the same user to the same arm.

experiment  what a file holds: arms, shares, unit, times
reading     files and folders -> experiments; the arms that were stopped
stops       the file beside an experiment that says which arms are stopped; stopping writes it
watching    the files, read again when they change
assignment  unit -> arm; hashing: the numbers that decide it
team_draft  the rankings of several arms, interleaved

Needs nothing of this repository.
"""

from mappings.experiments.assignment import Asked, Assignment, assign
from mappings.experiments.experiment import Arm, Experiment, ExperimentError, Stop, file_schema
from mappings.experiments.reading import read_experiment, read_experiments
from mappings.experiments.stopping import stop_arm
from mappings.experiments.team_draft import Draft, draft_seed, team_draft
from mappings.experiments.watching import ExperimentFiles

__all__ = [
    "Arm",
    "Asked",
    "Assignment",
    "Draft",
    "Experiment",
    "ExperimentError",
    "ExperimentFiles",
    "Stop",
    "assign",
    "draft_seed",
    "file_schema",
    "read_experiment",
    "read_experiments",
    "stop_arm",
    "team_draft",
]
