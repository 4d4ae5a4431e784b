"""Hits as the model reads them: what the service would compose of their fields. Pure."""

from collections.abc import Sequence

from sidecar.contracts.body import read_document
from sidecar.pipeline.preparation import prepare, read_all
from sidecar.profile import Profile
from sidecar.request import RankRequest
from sidecar.workshop.evaluation.candidates import Hit
from sidecar.workshop.scored_hits.probe import document_of


def passages(query: str, hits: Sequence[Hit], profile: Profile) -> list[str]:
    """The passage of each hit under the profile; "" for one that has nothing to read. A field that
    is scored alone is no part of it."""
    documents = [read_document(document_of(hit, profile)) for hit in hits]
    request = RankRequest(query, tuple(documents))
    fields = read_all(request.documents, profile)
    prepared = prepare(request, profile, fields, None, profile.long.budget_tokens)
    return [
        "".join(segment.text for segment in passage.segments).strip()
        for passage in prepared.passages
    ]
