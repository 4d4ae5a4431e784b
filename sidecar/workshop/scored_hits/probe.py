"""What each part of a score would be at weight 1: the parts of a profile whose weights are all 1.

field F      its match, boosts included
signal S     its strength
excluded S   1 where the document has what the query excludes, if that has a weight of its own
rule R       1 where it fires

A signal whose vectors an encoder makes has no column here: `scoring` has it from the answer.
"""

from collections.abc import Iterable, Mapping, Sequence

from sidecar.contracts.body import read_document
from sidecar.fusion.parts import Part
from sidecar.pipeline.encoded_texts import encoded_signals
from sidecar.pipeline.preparation import prepare, read_all
from sidecar.profile import Profile
from sidecar.request import RankRequest
from sidecar.schema import MAX_WEIGHT
from sidecar.signals import Signal
from sidecar.workshop.evaluation.candidates import Hit

NO_CAP = 1e9
_EXCLUDED = float(MAX_WEIGHT)
"""A weight for exclusions that no strength reaches: so they are told apart."""
Column = tuple[str, str]
"""(kind, name)"""


def uncalibrated(profile: Profile) -> Profile:
    """The profile, whose logits are the sums of the parts."""
    return profile.model_copy(update={"calibration": None})


def document_of(hit: Hit, profile: Profile) -> Mapping[str, object] | str:
    """What is sent of a hit: its document, with the first stage's score where the profile names the
    field `_score`."""
    if isinstance(hit.document, str) or hit.score is None or "_score" not in profile.fields:
        return hit.document
    return {**hit.document, "_score": hit.score}


def probed(profile: Profile, query: str, documents: Sequence[object]) -> dict[Column, list[float]]:
    """Each part's values [documents] at weight 1; a part that is 0 everywhere has no column."""
    request = RankRequest(query, tuple(map(read_document, documents)))
    probe = _at_weight_one(profile)
    fields = read_all(request.documents, probe)
    prepared = prepare(request, probe, fields, None, probe.long.budget_tokens)
    columns: dict[Column, list[float]] = {}
    for index, parts in enumerate(prepared.parts):
        for kind, name, value in _named(parts):
            column = columns.setdefault((kind, name), [0.0] * len(documents))
            column[index] = value
    return columns


def encoded_at_weight_one(profile: Profile) -> Profile:
    """The profile, whose signals with an encoder's vectors add their cosine."""
    signals = {
        name: signal.model_copy(update={"weight": 1.0, "cap": NO_CAP})
        for name, signal in encoded_signals(profile).items()
    }
    return profile.model_copy(update={"signals": {**profile.signals, **signals}})


def _at_weight_one(profile: Profile) -> Profile:
    fields = {
        name: field.model_copy(update={"weight": 1.0}) if field.weight else field
        for name, field in profile.fields.items()
    }
    signals = {
        name: signal.model_copy(update={"weight": 1.0, "cap": NO_CAP, **_exclusion(signal)})
        for name, signal in profile.signals.items()
    }
    rules = {name: rule.model_copy(update={"demote": 1.0}) for name, rule in profile.rules.items()}
    return uncalibrated(profile).model_copy(
        update={"fields": fields, "signals": signals, "rules": rules, "match_cap": NO_CAP}
    )


def _exclusion(signal: Signal) -> dict[str, float]:
    return {"excluded_weight": _EXCLUDED} if excluded_weight(signal) else {}


def excluded_weight(signal: Signal) -> float:
    """What an exclusion takes off, if it has a weight of its own; else 0."""
    return getattr(signal, "excluded_weight", None) or 0.0


def _named(parts: Iterable[Part]) -> Iterable[tuple[str, str, float]]:
    for part in parts:
        if part.kind == "rule":
            yield "rule", part.name, 1.0
        elif part.kind == "signal" and part.value == -_EXCLUDED:
            yield "excluded", part.name, 1.0
        else:
            yield part.kind, part.name, part.value
