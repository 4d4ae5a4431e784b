"""What is known of a request before the model is asked. Pure.

documents ─ text/read ─► fields ─ text/plain_documents ─► without HTML ─ text/compose ─► passages
query ─ text/query ─► constraints ─► heavier fields, signals
fields, constraints, context, hooks ─ fusion/parts ─► parts of each document's logit
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sidecar.fusion.parts import Part, field_weights, signal_parts
from sidecar.hooks import CombinedResult, HookResult
from sidecar.profile import PLAIN, Profile
from sidecar.request import Cut, Document, RankRequest
from sidecar.search import Constraint, Fields, Search
from sidecar.text.compose import Composer, Passage, compose
from sidecar.text.plain_documents import plain_document
from sidecar.text.query import extract
from sidecar.text.read import FieldReader

SCANNED_PER_SCORED = 2
"""A long document is read up to this many times the tokens that are scored of it."""

FieldsOfDocuments = tuple[Fields | None, ...]
"""Per document its fields, or None for plain text."""


@dataclass(frozen=True, slots=True)
class PreparedDocuments:
    """Per document, in the order of the request: its passage, and every part but the model's."""

    passages: tuple[Passage, ...]
    parts: tuple[list[Part], ...]
    constraints: tuple[Constraint, ...]
    """What the query was read to demand and to exclude."""
    named: tuple[Fields, ...] = ()
    """The fields, without HTML."""


def read_all(documents: Sequence[Document], profile: Profile) -> FieldsOfDocuments:
    """The fields of each document under the profile's names."""
    return tuple(map(FieldReader(profile).read, documents))


def broken_json(
    documents: Sequence[Document], fields: FieldsOfDocuments, profile: Profile
) -> tuple[int, ...]:
    """The indexes of documents without fields that are a piece of a JSON object with some."""
    texts = [index for index, each in enumerate(fields) if each is None]
    if not texts:
        return ()
    reader = FieldReader(profile)
    return tuple(index for index in texts if reader.is_broken(documents[index]))


def without_fields(
    documents: Sequence[Document], fields: FieldsOfDocuments, profile: Profile
) -> tuple[int, ...]:
    """The indexes of documents in which a profile that names fields found none: they are read as
    text, and its signals and rules say nothing of them. Blank documents are not named."""
    if not profile.fields or profile.other_fields:
        return ()
    return tuple(
        index
        for index, (document, each) in enumerate(zip(documents, fields, strict=True))
        if not each and (document.fields or (document.text and not document.text.isspace()))
    )


def hook_views(documents: Sequence[Document], fields: FieldsOfDocuments) -> list[Fields]:
    """What hooks see of each document: its fields, or {"text": ...} of plain text."""
    return [
        {"text": document.text or ""} if each is None else each
        for document, each in zip(documents, fields, strict=True)
    ]


def prepare(
    request: RankRequest,
    profile: Profile,
    fields: FieldsOfDocuments,
    hook_result: CombinedResult | None,
    max_tokens: int,
) -> PreparedDocuments:
    """Composes the documents and computes their parts.

    `profile` has the caller's weights already; `max_tokens` is the longest input of the model.
    """
    plain = [
        plain_document((document.text or "") if each is None else each, profile)
        for document, each in zip(request.documents, fields, strict=True)
    ]
    named = [each.fields for each in plain]
    constraints = extract(
        request.query, profile.extractors, named, extractors=profile.extractor_table
    )
    if hook_result is not None:
        constraints |= hook_result.constraints
        profile = multiplied(profile, hook_result.weights)
    search = Search(request.query, named, constraints, request.control.context)
    parts = signal_parts(profile, search)
    weighted = _weighing(profile, field_weights(profile, constraints))
    budget = max(max_tokens, SCANNED_PER_SCORED * profile.long.budget_tokens)
    cut = request.cut or "right"
    composer = Composer(weighted, budget, cut)
    passages = []
    for index, (document, each) in enumerate(zip(request.documents, plain, strict=True)):
        of_document = composer
        if hook_result is not None:
            advice = hook_result.documents[index]
            of_document = Composer(multiplied(weighted, advice.weights), budget, cut)
            parts[index] = _advised(parts[index], advice, profile.match_cap)
        passage = of_document.compose(each.content, each.plain)
        if not passage.segments and not passage.alone:
            passage = _passage_of_all(document, weighted, budget, cut)
        passages.append(passage)
    return PreparedDocuments(
        tuple(passages), tuple(parts), tuple(constraints.values()), tuple(named)
    )


def _passage_of_all(document: Document, profile: Profile, budget: int, cut: Cut) -> Passage:
    """The passage of a document of which the profile reads nothing: all of it.

    For "Price: they cost little" is prose, and a hit must not sink for the names of its fields.
    """
    whole = document.text if document.text is not None else FieldReader(PLAIN).read(document) or {}
    plain = plain_document(whole, profile)
    return compose(plain.content, PLAIN, budget, cut, plain.plain)


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
