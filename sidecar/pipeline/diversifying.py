"""`diversify`: results that are not all alike, where a search or its profile asks for them.

An answer in the order of the scores gets the new order, and each document keeps its score. An
answer in the order of the request has only scores to show an order by: there the first of the new
order gets the best score, the second the second best. A search engine's answer is one, and the
cluster cannot tell what a score was before; so for its hits the profile alone decides.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sidecar.fusion import rank
from sidecar.fusion.diversity import (
    Pick,
    Similarity,
    maximal_marginal_relevance,
    of_values,
    of_vectors,
)
from sidecar.fusion.parts import Part
from sidecar.fusion.rank import falling
from sidecar.pipeline.preparation import FieldsOfDocuments
from sidecar.pipeline.scored_documents import ScoredDocument
from sidecar.pipeline.threshold import threshold_of
from sidecar.profile import Profile
from sidecar.request import Ranked, RankRequest
from sidecar.schema import Diversify
from sidecar.text.field_profile import FieldProfile
from sidecar.text.read import FieldReader

IGNORED = "diversify has no effect here: of a search engine's hits the profile decides"
NOTHING_TO_COMPARE = "diversify has no effect: fewer than two documents have the field it compares"
"""Warnings."""


@dataclass(frozen=True, slots=True)
class RankedDocuments:
    """A request's documents in the order of the answer."""

    documents: Sequence[ScoredDocument]
    """In the order of the request."""
    kept: tuple[Ranked, ...]
    """Those that reach `min_score`."""
    picks: Mapping[int, Pick] = field(default_factory=dict)
    """By document, why it was chosen next; of the first `top` where the order was made diverse."""
    warnings: tuple[str, ...] = ()


def diversify_of(request: RankRequest, profile: Profile) -> Diversify | None:
    """What the request asks for, else its profile; None where relevance alone counts."""
    asked = request.control.diversify
    wanted = profile.diversify
    if asked and not request.all_or_nothing:
        wanted = Diversify.model_validate(asked)
    return None if wanted is None or wanted.weight == 1 else wanted


def similarity_of(
    request: RankRequest, profile: Profile, fields: FieldsOfDocuments
) -> Similarity | None:
    """How alike the documents are; None where nobody asks."""
    wanted = diversify_of(request, profile)
    if wanted is None:
        return None
    name = wanted.name
    if name in profile.fields:
        values = [None if each is None else each.get(name) for each in fields]
    else:
        only = Profile(name="diversify", fields={name: FieldProfile()}, wrappers=profile.wrappers)
        reader = FieldReader(only)
        values = [(reader.read(document) or {}).get(name) for document in request.documents]
    aside = [document.vector for document in request.documents]
    given = [found if own is None else own for own, found in zip(aside, values, strict=True)]
    return of_vectors(given) if wanted.by_vectors else of_values(given)


def ranked_documents(
    request: RankRequest,
    profile: Profile,
    documents: Sequence[ScoredDocument],
    similarity: Similarity | None,
    unscored: Collection[int],
) -> RankedDocuments:
    """The documents in order. Those that were not scored before the deadline stay behind.

    Raises NonFiniteScore when a logit is NaN or infinite.
    """
    logits = [document.logit for document in documents]
    threshold = threshold_of(request)
    ignored = (IGNORED,) if request.control.diversify and request.all_or_nothing else ()
    wanted = diversify_of(request, profile)
    if wanted is None or similarity is None or similarity.compared < 2:
        kept = rank(logits, order=request.order, min_score=threshold)
        nothing = () if wanted is None else (NOTHING_TO_COMPARE,)
        return RankedDocuments(documents, kept, warnings=(*ignored, *nothing))
    kept = rank(logits, min_score=threshold)
    scores = {each.index: each.score for each in kept}
    pool = [index for index in scores if index not in unscored]
    by_place = [scores.get(index, 0.0) for index in range(len(documents))]
    picks = maximal_marginal_relevance(by_place, pool, similarity, wanted.weight, wanted.top)
    chosen = {pick.place: pick for pick in picks}
    order = [*chosen, *(index for index in scores if index not in chosen)]
    if request.order == "score":
        of_index = {each.index: each for each in kept}
        return RankedDocuments(documents, tuple(of_index[i] for i in order), chosen, ignored)
    rescored = list(documents)
    for index, logit in zip(order, falling(each.logit for each in kept), strict=True):
        rescored[index] = _moved_to(documents[index], logit)
    logits = [document.logit for document in rescored]
    return RankedDocuments(
        rescored, rank(logits, order="input", min_score=threshold), chosen, ignored
    )


def _moved_to(document: ScoredDocument, logit: float) -> ScoredDocument:
    """The document with the logit of its new place; a part of its own says by how much it moved."""
    if document.logit == logit:
        return document
    part = Part("diversify", "diversity", logit - document.logit)
    return replace(document, parts=(*document.parts, part), logit=logit)
