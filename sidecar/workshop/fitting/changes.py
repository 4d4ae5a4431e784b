"""What fitted weights change of a profile. Pure."""

from collections.abc import Mapping, Sequence

from sidecar.profile import Profile
from sidecar.workshop.scored_hits.profile_text import Changes
from sidecar.workshop.scored_hits.weighted import Weights


def changes(
    profile: Profile, fields: Sequence[str], signals: Sequence[str], weights: Weights
) -> Changes:
    """What the weights change of the profile; what stays is left out."""
    changed_fields = {
        name: {"weight": float(weight)}
        for name, weight in zip(fields, weights.fields, strict=True)
        if weight != profile.fields[name].weight
    }
    changed_signals = {}
    for name, weight, cap in zip(signals, weights.signals, weights.caps, strict=True):
        given = profile.signals[name]
        numbers = {"weight": (given.weight, float(weight)), "cap": (given.cap, float(cap))}
        if moved := {key: new for key, (old, new) in numbers.items() if new != old}:
            changed_signals[name] = moved
    found: dict[str, Mapping[str, Mapping[str, float]] | float] = {}
    if changed_fields:
        found["fields"] = changed_fields
    if weights.match_cap != profile.match_cap:
        found["match_cap"] = weights.match_cap
    if changed_signals:
        found["signals"] = changed_signals
    return found
