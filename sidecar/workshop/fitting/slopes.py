"""Logits of the vectors of a `WeightSpace`, and how they change with the vector.

    logit = fixed + min(sum of step * matches, match cap) + sum of w * clip(strength, -r, r)

This is `scored_hits.weighted` with |w| * r for a signal's cap.
"""

from collections.abc import Callable

import numpy as np

from sidecar.workshop.fitting.weight_space import WeightSpace, split
from sidecar.workshop.scored_hits.judged_parts import Floats, JudgedParts, summed, times

Gradient = Callable[[Floats], Floats]
"""From the gradient of something by the logits [pairs] to its gradient by the vector."""


class Slopes:
    """Logits of vectors of a `WeightSpace`, with their gradient; made once for the pairs."""

    def __init__(self, parts: JudgedParts, space: WeightSpace) -> None:
        self._fixed, self._fixed_match = parts.fixed, parts.fixed_match
        self._matches = np.cumsum(parts.matches, axis=1)
        """[pairs, fields]: what a step adds is the matches of its field and all before it."""
        self._fields = parts.matches.shape[1]
        saturation = split(space.start, self._fields)[3]
        self._saturates = np.flatnonzero(split(space.free, self._fields)[3])
        """The signals whose saturation may change; that of the others is in `_held` already."""
        self._strengths = parts.strengths[:, self._saturates]
        self._held = np.clip(parts.strengths, -saturation, saturation)

    def at(self, vector: Floats) -> tuple[Floats, Gradient]:
        """The logits [pairs] of the vector, and its gradient. Where a cap begins to hold, the slope
        of the cap is taken."""
        steps, cap, signals, saturation = split(vector, self._fields)
        matched = self._fixed_match + times(self._matches, steps)
        own = saturation[self._saturates]
        held = self._held
        if len(own):
            held = held.copy()
            held[:, self._saturates] = np.clip(self._strengths, -own, own)

        def gradient(of_logits: Floats) -> Floats:
            below = of_logits * (matched < cap)
            of_saturation = np.zeros(len(signals))
            if len(own):
                at_cap = np.sign(self._strengths) * (np.abs(self._strengths) >= own)
                of_saturation[self._saturates] = (
                    summed(of_logits, at_cap) * signals[self._saturates]
                )
            of_cap = float(of_logits.sum() - below.sum())
            return np.concatenate(
                [summed(below, self._matches), [of_cap], summed(of_logits, held), of_saturation]
            )

        logits: Floats = self._fixed + np.minimum(matched, cap) + times(held, signals)
        return logits, gradient
