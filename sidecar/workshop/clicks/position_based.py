"""The position-based click model (PBM): users click what they examine and find attractive.

    P(click on document u at position k) = attractiveness_u * examination_k

Craswell, Zoeter, Taylor and Ramsey, "An experimental comparison of click position-bias models",
WSDM 2008; the EM updates as in Chuklin, Markov and de Rijke, "Click Models for Web Search", 2015,
section 4.3. Only the product is observed, so the most examined position is set to 1:
attractiveness is the click rate of a document that stands there.
"""

from dataclasses import dataclass

import numpy as np

from sidecar.workshop.clicks.fixed_point import LEAST, MOST, fixed_point
from sidecar.workshop.clicks.impressions import Bools, Cells, Floats, Ints

RARE = 0.01
"""Positions shown less often than this share of the most shown one set no scale: an examination
that is only noise would."""


@dataclass(frozen=True)
class PositionBased:
    """A fitted model."""

    attractiveness: Floats
    """(pairs)"""
    examination: Floats
    """By position from 1: (most positions)."""
    effective_size: Floats
    """(pairs): how many certain examinations would tell as much about the attractiveness."""
    prior_mean: float
    converged: bool


def fit_position_based(
    cells: Cells, *, prior_size: float, examination: Floats | None = None
) -> PositionBased:
    """The model that EM finds from the cells.

    Each pair gets `prior_size` imagined examinations with the mean click rate. `examination`, where
    given, is known and stays as it is; it has to reach the lowest position. So do positions stay of
    which nothing tells the examination (`unlinked_positions`): in proportion to their click rates,
    as if all documents were equally attractive.
    """
    positions = int(cells.position.max())
    shown = np.bincount(cells.position - 1, cells.shown, positions).astype(float)
    begun = _start(cells, shown) if examination is None else examination[:positions]
    free = shown > 0
    free[unlinked_positions(cells, positions) - 1] = False
    most = np.concatenate([np.full(cells.pairs, MOST), np.ones(positions)])

    def step(both: Floats) -> Floats:
        attractiveness, theta = np.split(both, [cells.pairs])
        updated = _attractiveness(cells, attractiveness, theta, prior_size)
        if examination is None:
            raised = _examination(cells, attractiveness, theta, shown)
            scale = raised[free & (shown >= RARE * shown.max())].max()
            updated, theta = updated * scale, np.where(free, raised / scale, begun)
        return np.asarray(np.clip(np.concatenate([updated, theta]), LEAST, most))

    start = np.concatenate([np.full(cells.pairs, 0.5), np.clip(begun, LEAST, 1.0)])
    found = fixed_point(step, start)
    attractiveness, theta = np.split(found.value, [cells.pairs])
    theta = theta if examination is None else begun
    return PositionBased(
        attractiveness,
        theta,
        _effective_size(cells, attractiveness, theta),
        _mean_click_rate(cells, theta),
        found.converged,
    )


def unlinked_positions(cells: Cells, positions: int) -> Ints:
    """The positions that no chain of documents links with the most shown one, each document being
    shown at two of the chain's positions.

    Nothing in the impressions tells their examination from their documents' attractiveness.
    """
    shown = np.bincount(cells.position - 1, cells.shown, positions)
    linked: Bools = np.zeros(positions, bool)
    linked[np.argmax(shown)] = True
    while True:
        touched = np.zeros(cells.pairs, bool)
        touched[cells.pair[linked[cells.position - 1]]] = True
        reached = linked.copy()
        reached[cells.position[touched[cells.pair]] - 1] = True
        if (reached == linked).all():
            return np.flatnonzero(~linked & (shown > 0)) + 1
        linked = reached


def _start(cells: Cells, shown: Floats) -> Floats:
    """The click rate by position, as if all documents were equally attractive."""
    clicked = np.bincount(cells.position - 1, cells.clicked, len(shown))
    rate = (clicked + 0.5) / (shown + 1)
    return np.asarray(rate / rate[shown >= RARE * shown.max()].max(), float)


def _mean_click_rate(cells: Cells, theta: Floats) -> float:
    """Clicks per expected examination, over everything shown."""
    rate = cells.clicked.sum() / (cells.shown @ theta[cells.position - 1])
    return float(np.clip(rate, LEAST, MOST))


def _attractiveness(
    cells: Cells, attractiveness: Floats, theta: Floats, prior_size: float
) -> Floats:
    """E and M step for attractiveness: an unclicked document may still have been attractive."""
    mean = _mean_click_rate(cells, theta)
    a, e = attractiveness[cells.pair], theta[cells.position - 1]
    attractive = cells.clicked + (cells.shown - cells.clicked) * a * (1 - e) / (1 - a * e)
    total = np.bincount(cells.pair, attractive, cells.pairs) + mean * prior_size
    shown = np.bincount(cells.pair, cells.shown, cells.pairs) + prior_size
    return np.asarray(total / np.maximum(shown, LEAST))


def _examination(cells: Cells, attractiveness: Floats, theta: Floats, shown: Floats) -> Floats:
    """E and M step for examination."""
    a, e = attractiveness[cells.pair], theta[cells.position - 1]
    examined = cells.clicked + (cells.shown - cells.clicked) * e * (1 - a) / (1 - a * e)
    total = np.bincount(cells.position - 1, examined, len(shown))
    return np.asarray(total / np.maximum(shown, LEAST))


def _effective_size(cells: Cells, attractiveness: Floats, theta: Floats) -> Floats:
    """The Fisher information on the attractiveness a, as a number of certain examinations.

    One impression tells e / (a (1 - a e)) and a certain examination 1 / (a (1 - a)), so that it
    counts as e (1 - a) / (1 - a e): the chance that an unclicked document was examined.
    """
    a, e = attractiveness[cells.pair], theta[cells.position - 1]
    certain = cells.shown * e * (1 - a) / (1 - a * e)
    return np.bincount(cells.pair, certain, cells.pairs).astype(float)
