"""A plan on the screen and as a page."""

import pytest

from sidecar.workshop.planning.plan_page import plan_page
from sidecar.workshop.planning.plan_tables import show
from sidecar.workshop.planning.planning import Plan, Planner
from tests.workshop.planning.nodes import made_up_node, traffic
from tests.workshop.printed import printed


@pytest.fixture(scope="module")
def planned() -> Plan:
    return Planner(traffic(), made_up_node(), queries=100).plan((20.0,))


def test_the_screen_shows_each_row_and_marks_what_is_extrapolated(planned: Plan) -> None:
    text = printed(show, planned)
    assert "2/s" in text
    assert "20/s*" in text
    assert "* extrapolated: one node was measured" in text


def test_the_page_has_all_plots_and_loads_nothing(planned: Plan) -> None:
    page = plan_page(planned)
    assert page.startswith("<!doctype html>")
    assert page.count("<svg") == 4
    assert "extrapolated" in page
    for word in ("<script", 'http-equiv="refresh"', "src=", "@import"):
        assert word not in page
