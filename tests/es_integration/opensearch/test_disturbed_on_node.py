"""The short form of `disturbed_searches`: no search fails, and every order is somebody's."""

from pathlib import Path

import pytest

from es_integration.local_node import LocalOpenSearch
from tests.es_integration.opensearch.disturbed_searches import FIRST_STAGE, run

pytestmark = pytest.mark.node


def test_searches_go_on_while_the_sidecar_restarts_changes_and_is_overloaded(
    opensearch_node: LocalOpenSearch, tmp_path: Path
) -> None:
    outcome = run(opensearch_node.url, tmp_path, rounds=1)
    assert outcome.failed == []
    assert outcome.wrong == []
    assert ("restart", FIRST_STAGE) in outcome.orders, "while the sidecar was away"
    assert ("swaps", "model 1") in outcome.orders
    assert ("swaps", "model 2") in outcome.orders
    assert outcome.flood[429] > 0, "it had more to do than it could"
