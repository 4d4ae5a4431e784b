"""Documents that nobody judged: how many are shown, and what they could change. Pure.

Measures count them as not relevant. The bounds say what the measure would be if the unjudged
documents among the first k had been judged: as badly for the ranking as could be, and as well. Each
may have any relevance, so both bounds try every number of relevant ones: lifting the ranking most
when they are the upper ones, and least when they are the lower ones, which then only raise what a
perfect ranking would reach.
"""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from sidecar.workshop.evaluation.measures import Grading, Metric, measured
from sidecar.workshop.evaluation.orders import Floats

MAX_CUTOFF = 100
JUDGED_CUTOFF = 10
"""Of judged@k, where the metric has no cut-off."""


def judged_cutoff(metric: Metric) -> int:
    """The k of judged@k beside that metric."""
    return metric.cutoff or JUDGED_CUTOFF


def judged_share(
    grades: Sequence[Mapping[str, float]], rankings: Sequence[Sequence[str]], cutoff: int
) -> Floats:
    """judged@k per query: the share of the first k documents that have a judgement; 1 where nothing
    was found."""
    shares = []
    for graded, ranking in zip(grades, rankings, strict=True):
        shown = ranking[:cutoff]
        shares.append(np.mean([document in graded for document in shown]) if shown else 1.0)
    return np.array(shares, dtype=np.float64)


def bounds(
    metric: Metric,
    grading: Grading,
    grades: Sequence[Mapping[str, float]],
    rankings: Sequence[Sequence[str]],
) -> tuple[Floats, Floats] | None:
    """(worst, best) values of the metric per query; None for a metric without a cut-off, or one
    above MAX_CUTOFF.

    An unjudged document has either no relevance or the highest grade of all judgements.
    """
    if metric.cutoff is None or metric.cutoff > MAX_CUTOFF:
        return None
    highest = max([grading.threshold, *(g for graded in grades for g in graded.values())])
    owners: list[int] = []
    guessed: list[Mapping[str, float]] = []
    shown: list[Sequence[str]] = []
    for query, (graded, ranking) in enumerate(zip(grades, rankings, strict=True)):
        for guess in _guesses(graded, ranking[: metric.cutoff], highest):
            owners.append(query)
            guessed.append(guess)
            shown.append(ranking[: metric.cutoff])
    values = measured([metric], grading, guessed, shown)[metric.name]
    worst, best = np.full(len(rankings), np.inf), np.full(len(rankings), -np.inf)
    np.minimum.at(worst, owners, values)
    np.maximum.at(best, owners, values)
    return worst, best


def _guesses(
    graded: Mapping[str, float], shown: Sequence[str], highest: float
) -> Iterator[Mapping[str, float]]:
    """The judgements, and what they would be with some of the unjudged documents relevant."""
    yield graded
    unjudged = [document for document in shown if document not in graded]
    for count in range(1, len(unjudged) + 1):
        yield {**graded, **dict.fromkeys(unjudged[:count], highest)}
        if count < len(unjudged):
            yield {**graded, **dict.fromkeys(unjudged[-count:], highest)}
