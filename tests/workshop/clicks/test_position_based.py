"""The position-based model finds what simulated users were made with."""

import numpy as np
import pytest

from sidecar.workshop.clicks import impressions
from sidecar.workshop.clicks.estimates import interval, position_based_estimates
from sidecar.workshop.clicks.impressions import Cells, Impressions, count_cells
from sidecar.workshop.clicks.position_based import fit_position_based, unlinked_positions
from tests.workshop.clicks.simulated_users import Shop, impressions_of, position_based_clicks

EXAMINATION = 1 / np.arange(1, 11) ** 0.7


def simulated(seed: int, searches: int = 20_000) -> tuple[Shop, Impressions]:
    rng = np.random.default_rng(seed)
    shop = Shop.make(rng)
    pairs = shop.lists(rng, searches, 10)
    return shop, impressions_of(pairs, position_based_clicks(rng, shop, pairs, EXAMINATION), shop)


@pytest.mark.parametrize("seed", range(3))
def test_examination_and_attractiveness_of_simulated_users_are_found(seed: int) -> None:
    shop, impressions = simulated(seed)
    model = fit_position_based(count_cells(impressions), prior_size=1.0)
    found = position_based_estimates(model, 1.0)
    assert model.converged
    assert np.abs(model.examination - EXAMINATION).max() < 0.05
    enough = found.effective_size >= 10
    error = (found.relevance - shop.attractiveness)[enough]
    assert np.sqrt((error**2).mean()) < 0.07
    assert abs(error.mean()) < 0.02
    order = np.corrcoef(found.relevance[enough], shop.attractiveness[enough])[0, 1]
    shown = np.bincount(impressions.pair, minlength=impressions.pairs)
    raw = np.bincount(impressions.pair, impressions.clicked, len(shown)) / np.maximum(shown, 1)
    assert order > 0.9 > np.corrcoef(raw[enough], shop.attractiveness[enough])[0, 1]


def test_intervals_hold_the_truth_about_as_often_as_they_say() -> None:
    covered = []
    for seed in range(2):
        shop, impressions = simulated(seed)
        model = fit_position_based(count_cells(impressions), prior_size=1.0)
        found = position_based_estimates(model, 1.0)
        enough = found.effective_size >= 10
        truth = shop.attractiveness
        covered.append(((found.low <= truth) & (truth <= found.high))[enough])
    assert 0.91 < np.concatenate(covered).mean() < 0.97


def test_where_every_position_is_examined_the_effective_size_is_the_count() -> None:
    cells = Cells(np.array([0]), np.array([1]), np.array([50.0]), np.array([20.0]), 1)
    model = fit_position_based(cells, prior_size=1.0, examination=np.array([1.0]))
    assert model.effective_size == pytest.approx([50.0])
    assert model.attractiveness == pytest.approx([0.4], abs=1e-3)
    low, high = interval(model.attractiveness, model.effective_size + 1.0)
    assert low[0] == pytest.approx(0.273, abs=0.01)
    assert high[0] == pytest.approx(0.535, abs=0.01)


def test_a_known_examination_stays_and_corrects_the_position() -> None:
    cells = Cells(
        np.array([0, 1]), np.array([1, 2]), np.array([1000.0, 1000.0]), np.array([300.0, 90.0]), 2
    )
    model = fit_position_based(cells, prior_size=1.0, examination=np.array([1.0, 0.3]))
    assert model.examination.tolist() == [1.0, 0.3]
    assert model.attractiveness == pytest.approx([0.3, 0.3], abs=0.005)
    assert model.effective_size[1] < 300 < model.effective_size[0]


def test_positions_that_no_document_links_keep_their_click_rates() -> None:
    pair, position = np.arange(6) // 2, np.array([1, 2, 1, 2, 3, 4])
    clicked = np.array([40.0, 20.0, 30.0, 15.0, 10.0, 5.0])
    cells = Cells(pair, position, np.full(6, 100.0), clicked, 3)
    assert unlinked_positions(cells, 4).tolist() == [3, 4]
    model = fit_position_based(cells, prior_size=1.0)
    assert model.examination[1] == pytest.approx(0.5, abs=0.06)
    assert model.examination[2:] == pytest.approx([10 / 35, 5 / 35], abs=0.02)


def test_clicks_at_a_rare_low_position_do_not_set_the_scale() -> None:
    pair, position = np.array([0, 0, 0]), np.array([1, 2, 3])
    cells = Cells(pair, position, np.array([1e4, 1e4, 2.0]), np.array([2e3, 1e3, 2.0]), 1)
    model = fit_position_based(cells, prior_size=1.0)
    assert model.examination[0] == pytest.approx(1.0, abs=1e-3)
    assert model.examination[1] == pytest.approx(0.5, abs=0.02)


def test_values_are_numbered_alike_in_every_block(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(impressions, "BLOCK_ROWS", 3)
    values = np.random.default_rng(5).integers(-2, 6, 20) * 2**40
    distinct, number = impressions.numbered(values)
    assert distinct.tolist() == sorted(set(values.tolist()))
    assert (distinct[number] == values).all()
    assert [len(part) for part in impressions.numbered(values[:0])] == [0, 0]
