"""From searches to graded judgements: a click model, its estimates, and their grades."""

from dataclasses import dataclass, field

import numpy as np

from sidecar.judgements.judgements import Judgements
from sidecar.workshop.clicks.actions import Actions
from sidecar.workshop.clicks.choices import ClickModel
from sidecar.workshop.clicks.dynamic_bayesian import fit_dynamic_bayesian
from sidecar.workshop.clicks.estimates import (
    Estimates,
    dynamic_bayesian_estimates,
    position_based_estimates,
)
from sidecar.workshop.clicks.event_log import EventLog
from sidecar.workshop.clicks.examination_file import PositionFigures, figures_by_position
from sidecar.workshop.clicks.grading import Thresholds, grade
from sidecar.workshop.clicks.impressions import (
    Bools,
    Floats,
    Impressions,
    Ints,
    count_cells,
    distinct_lists,
)
from sidecar.workshop.clicks.inverse_propensity import click_weights
from sidecar.workshop.clicks.position_based import fit_position_based, unlinked_positions
from sidecar.workshop.clicks.searches import Pairs, Searches, pairs_of
from sidecar.workshop.clicks.ubi import ClicksError


@dataclass(frozen=True)
class JudgingOptions:
    """How searches become judgements."""

    model: ClickModel = ClickModel.PBM
    persistence: float | None = None
    """Of the dynamic Bayesian model; None: estimated. 1 is the simplified model."""
    examination: Floats | None = None
    """Of the position-based model, by position from 1; None: estimated."""
    prior_size: float = 1.0
    thresholds: Thresholds = field(default_factory=lambda: Thresholds((0.5, 1.5, 3.0), True))
    min_size: float = 10.0
    """The least effective sample size of a judgement."""


@dataclass(frozen=True)
class ModelFigures:
    """What the click model found beside its pairs."""

    model: ClickModel
    positions: list[PositionFigures]
    persistence: float | None
    mean: float
    """The relevance of the average examined document."""
    converged: bool
    unlinked: Ints
    """Positions whose examination nothing tells from their documents' attractiveness."""


@dataclass(frozen=True)
class Judged:
    """Every pair with its grade, of which those with `enough` are judgements."""

    pairs: Pairs
    estimates: Estimates
    grades: Ints
    enough: Bools
    """Whether the effective sample size is large enough."""
    click_weights: Floats
    """[pairs]: the clicks of each pair, weighted by inverse propensity."""
    thresholds: tuple[float, ...]
    """As probabilities."""
    figures: ModelFigures


def judge(searches: Searches, documents: int, actions: Actions, options: JudgingOptions) -> Judged:
    """The grades of all (query, document) pairs that the searches showed.

    They have a click at least (`Assembled.check`). Raises ClicksError when the given examination
    ends too early.
    """
    impressions, pairs = pairs_of(searches, documents, len(actions.later))
    fit = {ClickModel.PBM: _position_based, ClickModel.DBN: _dynamic_bayesian}[options.model]
    estimates, figures = fit(impressions, options)
    grades = grade(estimates, options.thresholds, pairs.actions, actions.later)
    return Judged(
        pairs,
        estimates,
        grades,
        estimates.effective_size >= options.min_size,
        click_weights(impressions, figures.positions),
        options.thresholds.of_mean(estimates.mean),
        figures,
    )


def judgements_of(judged: Judged, log: EventLog) -> Judgements:
    """The judgements, each query named by its text and its documents by falling relevance; their
    weights are the effective sample sizes."""
    grades: dict[str, dict[str, float]] = {}
    weights: dict[str, dict[str, float]] = {}
    pairs = judged.pairs
    chosen = np.flatnonzero(judged.enough)
    order = np.lexsort((-judged.estimates.relevance[chosen], pairs.text[chosen]))
    for pair in chosen[order]:
        query, document = log.texts[pairs.text[pair]], log.documents[pairs.document[pair]]
        grades.setdefault(query, {})[document] = int(judged.grades[pair])
        size = round(float(judged.estimates.effective_size[pair]), 2)
        weights.setdefault(query, {})[document] = size
    return Judgements(grades, {query: query for query in grades}, weights)


def _position_based(
    impressions: Impressions, options: JudgingOptions
) -> tuple[Estimates, ModelFigures]:
    cells = count_cells(impressions)
    positions, known = int(cells.position.max()), options.examination
    if known is not None and len(known) < positions:
        raise ClicksError(
            f"documents were shown down to position {positions}, and the given examination ends "
            f"at {len(known)}"
        )
    model = fit_position_based(cells, prior_size=options.prior_size, examination=known)
    unlinked = unlinked_positions(cells, positions) if known is None else np.empty(0, np.int64)
    figures = ModelFigures(
        ClickModel.PBM,
        figures_by_position(impressions, model.examination),
        None,
        model.prior_mean,
        model.converged,
        unlinked,
    )
    return position_based_estimates(model, options.prior_size), figures


def _dynamic_bayesian(
    impressions: Impressions, options: JudgingOptions
) -> tuple[Estimates, ModelFigures]:
    lists = distinct_lists(impressions)
    model = fit_dynamic_bayesian(
        lists, prior_size=options.prior_size, persistence=options.persistence
    )
    estimates = dynamic_bayesian_estimates(model, options.prior_size)
    figures = ModelFigures(
        ClickModel.DBN,
        figures_by_position(impressions, model.examination),
        model.persistence,
        estimates.mean,
        model.converged,
        np.empty(0, np.int64),
    )
    return estimates, figures
