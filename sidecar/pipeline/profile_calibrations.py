"""Which models a profile's own calibration allows.

A calibration says what the scores of one model mean, under one score revision. With another model
they would look like probabilities and be none, so a service does not start without the model that a
profile is calibrated for, and gives it no other in its place.
"""

from collections.abc import Collection

from sidecar.errors import ProfileError
from sidecar.profiles import Profiles


def check_calibrations(profiles: Profiles, revisions: Collection[str]) -> None:
    """`revisions` are the served models' score revisions. Raises ProfileError for a profile that is
    calibrated for another one."""
    for name, profile in profiles.by_name.items():
        own = profile.calibration
        if own is not None and own.score_revision not in revisions:
            raise ProfileError(
                f"{name}.yaml: calibration: is for score revision {own.score_revision}, and no "
                f"model has it, only {', '.join(revisions)}: calibrate anew (`rerank-sidecar "
                "calibrate --again`), or delete the key"
            )
