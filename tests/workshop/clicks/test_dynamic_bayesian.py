"""The dynamic Bayesian model: exact on small lists, and true to simulated users."""

from itertools import product

import numpy as np
import pytest

from sidecar.workshop.clicks.dynamic_bayesian import _Walk, fit_dynamic_bayesian
from sidecar.workshop.clicks.estimates import dynamic_bayesian_estimates
from sidecar.workshop.clicks.impressions import Floats, Lists, distinct_lists
from tests.workshop.clicks.simulated_users import Shop, dynamic_bayesian_clicks, impressions_of

PERSISTENCE = 0.85


def enumerated(
    a: Floats, s: Floats, gamma: float, clicks: tuple[int, ...]
) -> tuple[Floats, Floats]:
    """P(examined | clicks) and P(satisfied | clicks), from all that may have happened."""
    length, total = len(a), 0.0
    examined, satisfied = np.zeros(length), np.zeros(length)
    for es, ss in product(product((0, 1), repeat=length), repeat=2):
        chance = float(es[0] == 1)
        for k in range(length):
            click = a[k] if es[k] else 0.0
            chance *= click if clicks[k] else 1 - click
            happy = s[k] if clicks[k] else 0.0
            chance *= happy if ss[k] else 1 - happy
            if k + 1 < length:
                goes_on = gamma if es[k] and not ss[k] else 0.0
                chance *= goes_on if es[k + 1] else 1 - goes_on
        total += chance
        examined += chance * np.array(es)
        satisfied += chance * np.array(ss)
    return examined / total, satisfied / total


@pytest.mark.parametrize("clicks", list(product((0, 1), repeat=4)))
def test_the_e_step_is_that_of_an_enumeration(clicks: tuple[int, ...]) -> None:
    rng = np.random.default_rng(7)
    a, s = rng.uniform(0.1, 0.9, 4), rng.uniform(0.1, 0.9, 4)
    pair = np.array([[0, 1, 2, 3, -1]], np.int32)
    lists = Lists(pair, np.array([[*map(bool, clicks), False]]), np.ones(1), 4)
    walk = _Walk(lists, a, s, PERSISTENCE)
    examined, satisfied = enumerated(a, s, PERSISTENCE, clicks)
    assert walk.examined[0, :4] == pytest.approx(examined)
    assert walk.satisfied[0, :4] == pytest.approx(satisfied)
    assert walk.examined[0, 4] == walk.satisfied[0, 4] == 0


@pytest.mark.parametrize("seed", range(2))
def test_the_truth_of_simulated_users_is_found(seed: int) -> None:
    rng = np.random.default_rng(seed)
    shop = Shop.make(rng, queries=40)
    pairs = shop.lists(rng, 10_000, 8)
    clicked = dynamic_bayesian_clicks(rng, shop, pairs, PERSISTENCE)
    lists = distinct_lists(impressions_of(pairs, clicked, shop))
    model = fit_dynamic_bayesian(lists, prior_size=1.0)
    assert model.converged
    assert model.persistence == pytest.approx(PERSISTENCE, abs=0.02)
    assert model.attractiveness_mean == pytest.approx(0.2, abs=0.03)
    assert model.satisfaction_mean == pytest.approx(0.5, abs=0.06)
    found = dynamic_bayesian_estimates(model, 1.0)
    truth = shop.attractiveness * shop.satisfaction
    enough = found.effective_size >= 10
    assert np.sqrt(((found.relevance - truth)[enough] ** 2).mean()) < 0.06
    assert np.corrcoef(found.relevance[enough], truth[enough])[0, 1] > 0.85
    assert 0.9 < ((found.low <= truth) & (truth <= found.high))[enough].mean() < 0.98


def test_a_given_persistence_stays() -> None:
    rng = np.random.default_rng(1)
    shop = Shop.make(rng, queries=5)
    pairs = shop.lists(rng, 500, 5)
    clicked = dynamic_bayesian_clicks(rng, shop, pairs, 1.0)
    lists = distinct_lists(impressions_of(pairs, clicked, shop))
    assert fit_dynamic_bayesian(lists, prior_size=1.0, persistence=1.0).persistence == 1.0


def test_lists_are_counted_once_each_with_their_clicks() -> None:
    rng = np.random.default_rng(2)
    shop = Shop.make(rng, queries=3, documents=4)
    pairs = shop.lists(rng, 400, 3)
    clicked = rng.random(pairs.shape) < 0.3
    lists = distinct_lists(impressions_of(pairs, clicked, shop))
    wanted: dict[bytes, int] = {}
    for row, marks in zip(pairs, clicked, strict=True):
        key = row.astype(np.int32).tobytes() + marks.tobytes()
        wanted[key] = wanted.get(key, 0) + 1
    keys = [p.tobytes() + c.tobytes() for p, c in zip(lists.pair, lists.clicked, strict=True)]
    assert dict(zip(keys, lists.times.tolist(), strict=True)) == wanted
    assert len(keys) < 400
