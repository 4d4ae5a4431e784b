"""Judgements from people and from clicks, put together. Pure.

Given judgements decide what is held out: where there are some, the gate looks at them alone, and
clicks only train. Without them clicks do both. A query is known by its text, in any spelling.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sidecar.judgements.judgements import Judgements
from sidecar.workshop.learning.errors import LearningError
from sidecar.workshop.learning.holding_out import is_held_out, plain

MAX_WEIGHT = 10.0
"""Of a pair, where the mean is 1: else one popular search would be all that is learned."""
Weights = Mapping[str, Mapping[str, float]]
"""query ID -> document ID -> weight"""


@dataclass(frozen=True)
class Evidence:
    """What is known of queries and documents, and which queries are held out."""

    judgements: Judgements
    """Of all queries, with their texts."""
    held_out: frozenset[str]
    """IDs of queries."""
    weights: Weights = field(default_factory=dict)

    def weight(self, query_id: str, document_id: str) -> float:
        """What a relevant pair counts for in training, 1 in the mean."""
        return self.weights.get(query_id, {}).get(document_id, 1.0)


def gather(
    given: Judgements | None,
    clicks: Judgements | None,
    click_weights: Weights,
    *,
    share: float,
    max_queries: int,
) -> Evidence:
    """The evidence of one or both, of at most `max_queries` queries to train on and as many to
    hold out: those with the highest weights, then in their order.

    `click_weights` are those of `clicks`, by inverse propensity; given judgements have their own.
    Raises LearningError for given judgements that name queries by ID alone.
    """
    if given is not None:
        _check_texts(given)
    decisive = clicks if given is None else given
    assert decisive is not None, "the command asks for one"
    weights = dict(click_weights)
    if given is not None:
        clicks, weights = _named_as(given, clicks, weights)
    grades: dict[str, dict[str, float]] = {}
    texts: dict[str, str] = {}
    for source in (given, clicks):
        if source is not None:
            for query, graded in source.grades.items():
                grades[query] = {**graded, **grades.get(query, {})}  # the given grade counts
            texts = {**source.texts, **texts}
    for query, of_query in (given.weights if given else {}).items():
        weights[query] = {**weights.get(query, {}), **of_query}
    ranked = sorted(grades, key=lambda query: -sum(weights.get(query, {}).values()))
    held = [each for each in ranked if is_held_out(texts[each], share)]
    held_out = [each for each in held if each in decisive.grades][:max_queries]
    training = [each for each in ranked if each not in {*held}][:max_queries]
    kept = Judgements(
        {query: grades[query] for query in (*training, *held_out)},
        {query: texts[query] for query in (*training, *held_out)},
        notes=given.notes if given else (),
    )
    return Evidence(kept, frozenset(held_out), _scaled(weights, kept))


def _named_as(
    given: Judgements, clicks: Judgements | None, weights: Weights
) -> tuple[Judgements | None, dict[str, Mapping[str, float]]]:
    """The clicks, whose queries are named by their texts, under the given IDs of the same texts."""
    if clicks is None:
        return None, {}
    ids = {plain(text): query for query, text in given.texts.items() if query in given.grades}
    names = {query: ids.get(plain(clicks.texts[query]), query) for query in clicks.grades}
    # A text that is the ID of another query would be taken for it.
    kept = {
        query: name
        for query, name in names.items()
        if name not in given.grades or plain(given.texts[name]) == plain(clicks.texts[query])
    }
    renamed = Judgements(
        {name: clicks.grades[query] for query, name in kept.items()},
        {name: clicks.texts[query] for query, name in kept.items()},
    )
    return renamed, {name: weights.get(query, {}) for query, name in kept.items()}


def _scaled(weights: Weights, judgements: Judgements) -> dict[str, dict[str, float]]:
    """The weights of relevant pairs, 1 in the mean before they are cut at MAX_WEIGHT."""
    relevant = {
        (query, document): weights.get(query, {}).get(document, 0.0)
        for query, graded in judgements.grades.items()
        for document, grade in graded.items()
        if grade > 0
    }
    known = [weight for weight in relevant.values() if weight > 0]
    scaled: dict[str, dict[str, float]] = {}
    for (query, document), weight in relevant.items():
        if weight > 0:
            share = weight * len(known) / sum(known)
            scaled.setdefault(query, {})[document] = round(min(MAX_WEIGHT, share), 4)
    return scaled


def _check_texts(judgements: Judgements) -> None:
    nameless = [query for query in judgements.grades if query not in judgements.texts]
    if nameless:
        raise LearningError(
            f"the texts of {len(nameless)} queries are not known, such as that of {nameless[0]!r}: "
            "--queries FILE"
        )
