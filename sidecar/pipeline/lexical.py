"""Documents scored without a model: BM25F by the profile's weights, and the profile's signals and
rules as usual. Pure.

    share    BM25F of the query's terms, in [0, 1)      (text/bm25f)
    logit    ln(share / (1 - share)), within [EMPTY, -EMPTY], in place of the model's part
    others   signals and rules; field matches are not added, which would count terms twice

So a score is the share of the query that the document has, shifted by its signals. It is no
probability, and cannot be compared with a model's.
"""

import math
from collections.abc import Sequence

from sidecar.fusion.fuse import EMPTY, fused
from sidecar.fusion.parts import Part
from sidecar.pipeline.preparation import prepare, read_all
from sidecar.pipeline.scored_documents import ScoredDocument
from sidecar.profile import Profile
from sidecar.request import Document, RankRequest
from sidecar.search import Fields
from sidecar.signals.search_reader import READ_FIELD_CHARACTERS
from sidecar.text.bm25f import bm25f
from sidecar.text.compose import read_value
from sidecar.text.plain_documents import plain_document

LEXICAL = "lexical"
TEXT = ""
"""The field of a document without fields."""


def lexical_documents(
    request: RankRequest, profile: Profile, max_tokens: int
) -> list[ScoredDocument]:
    """One per document. `profile` has the caller's weights already; `max_tokens` is the model's
    longest input."""
    fields = read_all(request.documents, profile)
    prepared = prepare(request, profile, fields, None, max_tokens)
    weights = {name: field.weight for name, field in profile.fields.items()}
    shares = bm25f(request.query, _texts(request.documents, fields, profile), weights)
    documents = []
    for share, others in zip(shares, prepared.parts, strict=True):
        parts = [Part(LEXICAL, "model", _logit(share))]
        parts += [part for part in others if part.kind != "field"]
        documents.append(ScoredDocument(tuple(parts), fused(parts), None))
    return documents


def _texts(
    documents: Sequence[Document], fields: Sequence[Fields | None], profile: Profile
) -> list[dict[str, str]]:
    """Each document's fields as text, without HTML; plain text under TEXT."""
    texts = []
    for document, each in zip(documents, fields, strict=True):
        content = plain_document((document.text or "") if each is None else each, profile).content
        named = {TEXT: content} if isinstance(content, str) else content
        texts.append(
            {name: read_value(value)[:READ_FIELD_CHARACTERS] for name, value in named.items()}
        )
    return texts


def _logit(share: float) -> float:
    if share <= 0.0:
        return EMPTY
    return max(EMPTY, min(-EMPTY, math.log(share / (1.0 - share))))
