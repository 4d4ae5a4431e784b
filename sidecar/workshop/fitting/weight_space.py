"""What a fit may move, as one vector, and what it may not.

    steps        d [fields]   weight of field i = sum of d[j] for j >= i; none is below its least
    match_cap    c            most that all field matches add
    signals      w [signals]  of the sign that the profile gives them
    saturation   r [signals]  cap / |weight|, in (0, 1]: strengths beyond it count as it

Fields come in the order of the passage, the heaviest first. As sums of steps they stay in that
order whatever the steps are, so that the model reads the same passage, and its logits still hold. A
field keeps a weight above 0: without one it would leave the passage.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from sidecar.schema import MAX_WEIGHT
from sidecar.workshop.scored_hits.judged_parts import Floats
from sidecar.workshop.scored_hits.weighted import Weights

RESOLUTION = 0.001
"""Of what is written: weights and caps are multiples of it."""
MIN_CAP = 0.01
MIN_SATURATION = 0.05
_DECIMALS = 3
Number = TypeVar("Number", np.float64, np.bool_)


@dataclass(frozen=True)
class WeightSpace:
    """The vectors that are allowed, around the weights that the profile has."""

    given: Weights
    start: Floats
    """The vector of the given weights."""
    low: Floats
    high: Floats

    @classmethod
    def around(
        cls,
        given: Weights,
        *,
        ties: Sequence[bool],
        fields_vary: bool,
        signals_vary: NDArray[np.bool_],
        graded: NDArray[np.bool_],
    ) -> "WeightSpace":
        """`ties` [fields - 1]: whether a field and the next may weigh the same. `fields_vary`:
        whether matches may change at all. `signals_vary` [signals]: which signals may. `graded`
        [signals]: which have strengths between 0 and 1, for which a cap means something."""
        last = [RESOLUTION] if len(given.fields) else []
        least = [0.0 if tie else RESOLUTION for tie in ties] + last
        steps = -np.diff(np.append(given.fields, 0.0))
        amounts = np.abs(given.signals)
        saturation = np.ones(len(amounts))
        held = (amounts > 0) & (given.caps < amounts)
        saturation[held] = given.caps[held] / amounts[held]
        start = np.concatenate([steps, [given.match_cap], given.signals, saturation])
        positive = given.signals >= 0
        lowest = (
            least,
            [MIN_CAP],
            np.where(positive, 0.0, -MAX_WEIGHT),
            np.where(graded, MIN_SATURATION, saturation),
        )
        highest = (
            np.full(len(steps), float(MAX_WEIGHT) / max(1, len(steps))),
            [float(MAX_WEIGHT)],
            np.where(positive, MAX_WEIGHT, 0.0),
            np.where(graded, 1.0, saturation),
        )
        low = np.minimum(np.concatenate(lowest), start)
        high = np.maximum(np.concatenate(highest), start)
        of_fields = np.full(len(steps) + 1, not fields_vary)
        still = np.concatenate([of_fields, ~signals_vary, ~signals_vary])
        low[still] = high[still] = start[still]
        return cls(given, start, low, high)

    @property
    def free(self) -> NDArray[np.bool_]:
        """Which of the vector's numbers may move."""
        return self.low < self.high

    def weights(self, vector: Floats) -> Weights:
        """The weights of a vector, rounded to what is written; a number that the vector leaves as
        it was is the given one, to the last digit."""
        fields = len(self.given.fields)
        steps, cap, amounts, saturation = split(vector, fields)
        start_steps, start_cap, start_amounts, start_saturation = split(self.start, fields)
        field_weights = self.given.fields
        if not np.array_equal(steps, start_steps):
            rounded = np.maximum(np.round(steps, _DECIMALS), self.low[:fields])
            rounded = np.where(steps == start_steps, start_steps, rounded)
            field_weights = np.round(np.cumsum(rounded[::-1])[::-1], 9)
        match_cap = self.given.match_cap
        if cap != start_cap:
            match_cap = max(MIN_CAP, round(float(cap), _DECIMALS))
        moved = amounts != start_amounts
        signal_weights = np.where(moved, np.round(amounts, _DECIMALS), self.given.signals)
        caps = np.round(np.maximum(np.abs(signal_weights) * saturation, MIN_CAP), _DECIMALS)
        kept = ~moved & (saturation == start_saturation)
        roomy = (saturation >= 1.0) & (np.abs(signal_weights) <= self.given.caps)
        return Weights(
            field_weights,
            match_cap,
            signal_weights,
            np.where(kept | roomy, self.given.caps, caps),
        )

    def between(self, vector: Floats, share: float) -> Floats:
        """The vector that went only this share of its way from the given weights."""
        found: Floats = self.start + share * (vector - self.start)
        return np.clip(found, self.low, self.high)


def split(
    vector: NDArray[Number], fields: int
) -> tuple[NDArray[Number], Number, NDArray[Number], NDArray[Number]]:
    """(steps, match cap, signal weights, saturation) of a vector for so many fields."""
    signals, saturation = np.split(vector[fields + 1 :], 2)
    return vector[:fields], vector[fields], signals, saturation
