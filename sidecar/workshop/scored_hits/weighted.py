"""Logits of judged pairs under given weights.

    logit = fixed + min(sum of weight * match, match cap) + sum of clip(w * strength, -cap, cap)

This is `fusion.parts`, for all pairs at once. What is written is proven against the service's own
path, so that the two cannot drift apart.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np

from sidecar.profile import Profile
from sidecar.workshop.scored_hits.assembling import composed_fields
from sidecar.workshop.scored_hits.judged_parts import Floats, JudgedParts, times


@dataclass(frozen=True)
class Weights:
    """A profile's numbers, in the order of its fields and signals."""

    fields: Floats
    """Of the fields of the passage, the heaviest first."""
    match_cap: float
    signals: Floats
    caps: Floats
    """Most that each signal adds or takes off."""

    @classmethod
    def of(cls, profile: Profile) -> Self:
        signals = profile.signals.values()
        return cls(
            np.array([profile.fields[name].weight for name in composed_fields(profile)], float),
            profile.match_cap,
            np.array([signal.weight for signal in signals], float),
            np.array([signal.cap for signal in signals], float),
        )


def logits(parts: JudgedParts, weights: Weights) -> Floats:
    """[pairs]"""
    matched = np.minimum(
        parts.fixed_match + times(parts.matches, weights.fields), weights.match_cap
    )
    added = np.clip(parts.strengths * weights.signals, -weights.caps, weights.caps)
    found: Floats = parts.fixed + matched + added.sum(axis=1)
    return found
