"""What of a profile may be fitted. Pure.

A field that is scored alone keeps its weight, which decides its share of the model's part too.
Rules and exclusions stay as they are: judges of relevance see neither stock nor wishes.
"""

from dataclasses import dataclass

import numpy as np

from sidecar.profile import Profile
from sidecar.workshop.fitting.weight_space import WeightSpace
from sidecar.workshop.scored_hits.assembling import composed_fields
from sidecar.workshop.scored_hits.judged_parts import FittingError, Floats, JudgedParts
from sidecar.workshop.scored_hits.weighted import Weights

GRADED_VALUES = 3
"""More distinct amounts than this, 0 among them, make a signal graded."""


@dataclass(frozen=True)
class Parameters:
    """What of a profile may be fitted."""

    fields: tuple[str, ...]
    """In the order of the passage."""
    signals: tuple[str, ...]
    given: Weights

    @classmethod
    def of(cls, profile: Profile) -> "Parameters":
        """Raises FittingError when there is nothing."""
        fields = composed_fields(profile)
        if not fields and not profile.signals:
            raise FittingError(
                f"{profile.name} has neither weights of fields nor signals: there is nothing to "
                "fit (`calibrate` makes its scores probabilities)"
            )
        return cls(tuple(fields), tuple(profile.signals), Weights.of(profile))

    def space(self, parts: JudgedParts) -> WeightSpace:
        """What may move: what differs between the judged hits of a query.

        Raises FittingError when nothing does.
        """
        fields_vary = bool(parts.varying(parts.matches).any())
        signals_vary = parts.varying(parts.strengths) > 0
        if not fields_vary and not signals_vary.any():
            raise FittingError(
                "no field match and no signal differs between the judged hits of a query: there is "
                "nothing to fit"
            )
        ties = self.given.fields[:-1] == self.given.fields[1:]
        graded = np.array([_is_graded(column) for column in parts.strengths.T], dtype=np.bool_)
        return WeightSpace.around(
            self.given,
            ties=ties.tolist(),
            fields_vary=fields_vary,
            signals_vary=signals_vary,
            graded=graded,
        )


def _is_graded(strengths: Floats) -> bool:
    return len(np.unique(np.abs(strengths))) > GRADED_VALUES
