"""What is known of a request before the model is asked. Pure.

documents ─ text/read ─► fields ─ text/compose ─► passages
query ─ text/query ─► constraints ─► heavier fields, signals
fields, constraints, context, hooks ─ fusion/parts ─► parts of each document's logit
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sidecar.fusion.parts import Part, field_weights, signal_parts
from sidecar.hooks import Hooked, HookResult
from sidecar.profile import PLAIN, Profile
from sidecar.request import Document, RankRequest
from sidecar.search import Fields, Search
from sidecar.text.compose import Passage, compose
from sidecar.text.query import extract
from sidecar.text.read import read as read_one

SCANNED_PER_SCORED = 2
"""A long document is read up to this many times the tokens that are scored of it."""

Read = tuple[Fields | None, ...]
"""Per document its fields, or None for plain text."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """Per document, in the order of the request: its passage, and every part but the model's."""

    passages: tuple[Passage, ...]
    parts: tuple[list[Part], ...]


def read_all(documents: Sequence[Document], profile: Profile) -> Read:
    """The fields of each document under the profile's names."""
    return tuple(read_one(document, profile) for document in documents)


def views(documents: Sequence[Document], read: Read) -> list[Fields]:
    """What hooks see of each document: its fields, or {"text": ...} of plain text."""
    return [
        {"text": document.text or ""} if fields is None else fields
        for document, fields in zip(documents, read, strict=True)
    ]


def prepare(
    request: RankRequest, profile: Profile, read: Read, hooked: Hooked | None, room_tokens: int
) -> Prepared:
    """Composes the documents and computes their parts.

    `profile` has the caller's weights already; `room_tokens` is what the model takes of a document.
    """
    fields = [each if each is not None else {} for each in read]
    constraints = extract(request.query, profile.extractors, fields)
    if hooked is not None:
        constraints |= hooked.constraints
        profile = multiplied(profile, hooked.weights)
    search = Search(request.query, fields, constraints, request.control.context)
    parts = signal_parts(profile, search)
    weights = field_weights(profile, constraints)
    weighted = _weighing(profile, weights)
    scanned = max(room_tokens, SCANNED_PER_SCORED * profile.long.budget_tokens)
    passages = []
    for place, (document, each) in enumerate(zip(request.documents, read, strict=True)):
        of_document = weighted
        if hooked is not None:
            advice = hooked.documents[place]
            of_document = multiplied(weighted, advice.weights)
            parts[place] = _advised(parts[place], advice, profile.match_cap)
        source = (document.text or "") if each is None else each
        passage = compose(source, of_document, scanned, request.cut or "right")
        if not passage.segments and not passage.alone:
            # Nothing that the profile reads: the document is then read as without a profile, for
            # "Price: they cost little" is prose, and a hit must not sink for its fields' names.
            plain = document.text if document.text is not None else read_one(document, PLAIN) or {}
            passage = compose(plain, PLAIN, scanned, request.cut or "right")
        passages.append(passage)
    return Prepared(tuple(passages), tuple(parts))


def multiplied(profile: Profile, factors: Mapping[str, float]) -> Profile:
    """The profile with its fields' weights multiplied; names that it lacks are passed over."""
    weights = {
        name: field.weight * factors.get(name, 1.0) for name, field in profile.fields.items()
    }
    return _weighing(profile, weights)


def _advised(parts: list[Part], advice: HookResult, match_cap: float) -> list[Part]:
    """The parts with a hook's factors on the fields', held to the cap, and its own signals."""
    fields = {
        part.name: part.value * advice.weights.get(part.name, 1.0)
        for part in parts
        if part.kind == "field"
    }
    held = min(1.0, match_cap / total) if (total := sum(fields.values())) else 1.0
    return [
        *(Part(name, "field", value * held) for name, value in fields.items() if value),
        *(part for part in parts if part.kind != "field"),
        *(Part(name, "hook", value) for name, value in advice.signals.items() if value),
    ]


def _weighing(profile: Profile, weights: Mapping[str, float]) -> Profile:
    changed = {
        name: field.model_copy(update={"weight": weights[name]})
        for name, field in profile.fields.items()
        if weights[name] != field.weight
    }
    if not changed:
        return profile
    return profile.model_copy(update={"fields": {**profile.fields, **changed}})
