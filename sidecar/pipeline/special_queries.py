"""Queries that the model is not asked as they are: blank ones, and very long ones. Pure."""

from dataclasses import replace
from unicodedata import category

from sidecar.explain import explanation
from sidecar.fusion import rank
from sidecar.pipeline.threshold import threshold_of, threshold_warnings
from sidecar.request import RankRequest, RankResult

BLANK = "the query is blank: the documents keep their order, with equal scores"
"""The warning."""


_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zs", "Zl", "Zp", "Mn", "Me"})
"""Categories of controls, of spaces, and of marks that need a letter to stand on."""
_FILLERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters of Hangul and a pattern of Braille that show nothing."""


def is_blank(query: str) -> bool:
    """Whether nothing of the query can be seen, as a page to browse sends it: it holds spaces,
    controls, fillers and marks of no width alone."""
    return all(char in _FILLERS or category(char) in _UNSEEN for char in query)


def unranked(request: RankRequest, model: str) -> RankResult:
    """The documents of a blank query in their own order, each with the logit 0; `top_n` counts, and
    `min_score` leaves none out: nothing was judged."""
    ranked = rank([0.0] * len(request.documents), order="input", top_n=request.top_n)
    explanations: tuple[dict[str, object], ...] = ()
    if request.control.explain:
        explanations = tuple(explanation(item, ()) for item in ranked)
    return RankResult(
        ranked,
        model,
        tokens=0,
        below_min_score=None if threshold_of(request) is None else 0,
        warnings=(BLANK, *threshold_warnings(request, len(ranked))),
        explanations=explanations,
    )


def with_bounded_query(request: RankRequest, max_characters: int) -> RankRequest:
    """The request with at most so many characters of its query; the rest costs no more work. A
    query that must not be cut stays whole, to be refused."""
    query = request.query
    if request.cut is None or len(query) <= max_characters:
        return request
    left = request.cut == "left"
    return replace(request, query=query[-max_characters:] if left else query[:max_characters])
