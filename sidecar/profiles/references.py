"""What a profile names but does not have: fields, constraints, extractors."""

from collections.abc import Iterator

from sidecar.profile import Profile

NUMBERS = ("price", "quantity", "year", "size")
"""Demands that words cannot extend."""


def unknown_references(profile: Profile) -> Iterator[str]:
    """A message, with its path in the file, for each name that leads nowhere."""
    for place, name in enumerate(profile.extractors):
        if name not in profile.extractor_table:
            known = ", ".join(profile.extractor_table)
            yield f"extractors[{place}]: `{name}` is not one of {known}"
    for name, vocabulary in profile.vocabularies.items():
        if name not in profile.extractors:
            yield f"vocabularies.{name}: `{name}` is not among the profile's extractors"
        if name in NUMBERS:
            yield f"vocabularies.{name}: a {name} is no name"
        if not vocabulary.names:
            yield f"vocabularies.{name}.names: must hold a name"
    yield from _shared_aliases(profile)
    for name, signal in profile.signals.items():
        for field in signal.reads:
            yield from _unknown_field(profile, field, f"signals.{name}")
        if (constraint := signal.needs_constraint) is not None:
            yield from _unknown_constraint(profile, constraint, f"signals.{name}.constraint")
    for name, rule in profile.rules.items():
        yield from _unknown_field(profile, rule.field, f"rules.{name}.field")
        for field in rule.unless_cited:
            yield from _unknown_field(profile, field, f"rules.{name}.unless_cited")
    for constraint, factors in profile.boosts.items():
        yield from _unknown_constraint(profile, constraint, f"boosts.{constraint}")
        for field in factors:
            yield from _unknown_field(profile, field, f"boosts.{constraint}.{field}")


def _shared_aliases(profile: Profile) -> Iterator[str]:
    """A field's own name among its aliases says where it goes, and belongs to nobody else."""
    owner = {name: name for name in profile.fields}
    for name, field in profile.fields.items():
        for alias in field.aliases:
            if owner.setdefault(alias, name) != name:
                yield f"fields.{name}.aliases: `{alias}` is {owner[alias]}'s already"


def _unknown_field(profile: Profile, name: str, path: str) -> Iterator[str]:
    """A profile without fields reads them all; `attributes.color` is inside `attributes`."""
    if profile.fields and name not in profile.fields and name.split(".")[0] not in profile.fields:
        owners = [owner for owner, field in profile.fields.items() if name in field.aliases]
        hint = f", but an alias of `{owners[0]}`" if owners else "; give it weight 0 to read it"
        yield f"{path}: `{name}` is not a field of the profile{hint}"


def _unknown_constraint(profile: Profile, name: str, path: str) -> Iterator[str]:
    if name not in profile.extractors:
        yield f"{path}: no extractor of the profile gives `{name}`"
