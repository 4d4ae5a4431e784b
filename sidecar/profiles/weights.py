"""A profile with the weights that a search sends."""

from collections.abc import Mapping

from sidecar.errors import InvalidRequest
from sidecar.profile import Profile
from sidecar.schema import MAX_WEIGHT
from sidecar.text.field_profile import FieldProfile
from sidecar.text.field_spellings import spelled
from sidecar.text.spelling import normal


def with_weights(profile: Profile, weights: Mapping[str, float]) -> Profile:
    """The profile with these weights in place of its own; an alias, or another spelling, means its
    field.

    A profile that reads every field takes any name, and goes on reading the others: a weight says
    how much one field counts, never that others do not. Raises InvalidRequest, with the path, for
    a name that any other profile lacks and for a weight that is no number from 0 to MAX_WEIGHT.
    """
    if not weights:
        return profile
    owner = {s: name for name, field in profile.fields.items() for s in spelled(name, field)}
    otherwise = {normal(spelling): name for spelling, name in reversed(owner.items())}
    fields = dict(profile.fields)
    reads_all = profile.other_fields or not profile.fields
    for given, weight in weights.items():
        if isinstance(weight, bool) or not 0 <= weight <= MAX_WEIGHT:
            raise InvalidRequest(f"$.fields.{given}: must be a number from 0 to {MAX_WEIGHT}")
        name = owner.get(given) or otherwise.get(normal(given), given)
        if name not in fields and not reads_all:
            raise InvalidRequest(
                f"$.fields.{given}: profile {profile.name} has no such field, only "
                f"{', '.join(profile.fields)}"
            )
        field = fields.get(name, FieldProfile())
        fields[name] = field.model_copy(update={"weight": float(weight)})
    return profile.model_copy(update={"fields": fields, "other_fields": reads_all})
