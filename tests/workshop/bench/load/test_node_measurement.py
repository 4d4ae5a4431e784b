"""What is measured of a node, beside a node whose times are known."""

from typing import Any

import pytest

from sidecar.errors import StartupError
from sidecar.workshop.bench.load.generator import Outcome, Sent
from sidecar.workshop.bench.load.node_measurement import NodeMeasurement
from sidecar.workshop.bench.load.plan import Kind, Planned

REQUEST_S, KNOWN_S = 0.002, 0.0005
WORKERS = CORES = 2
INFO = {
    "model": "made-up",
    "score_revision": "revision",
    "device": "cpu",
    "max_tokens": 300,
    "layout": {"workers": WORKERS, "token_budget": 0},
}


def pair_s(tokens: int) -> float:
    return tokens / 4000


def alone_s(tokens: int) -> float:
    return pair_s(tokens) / 1.5


class KnownNode:
    """Sends nothing, and answers after the time that the work takes."""

    def __init__(self, status: int = 200) -> None:
        self.status = status

    def __call__(
        self, searches: int, documents: int, tokens: int, clients: int, *, repeated: bool = False
    ) -> Sent:
        around_s = REQUEST_S + documents * KNOWN_S
        planned = Planned(0.0, Kind("search", documents, 1.0, 0), 60.0, "one")
        outcomes, now = [], 0.0
        for number in range(searches):
            known = repeated and number > 0
            if clients == 1:
                runs_s = alone_s(tokens) if documents == 1 else documents * pair_s(tokens) / WORKERS
                seconds = around_s + (0.0 if known else runs_s)
            else:  # all cores are busy
                seconds = (around_s + (0.0 if known else documents * pair_s(tokens))) / CORES
            outcomes.append(Outcome(planned, now, now + seconds, self.status))
            now += seconds
        return Sent(outcomes, 0.0, 1.0)


def measured(send: KnownNode, **info: Any) -> Any:
    return NodeMeasurement(send, 10.0).figures(INFO | info, CORES, 64, least_tokens=20)


def test_the_times_of_pairs_and_requests_are_found() -> None:
    found = measured(KnownNode())
    assert [each.tokens for each in found.lengths] == [32, 64, 128]
    assert found.request_s == pytest.approx(REQUEST_S)
    for each in found.lengths:
        assert each.pair_s == pytest.approx(pair_s(each.tokens), rel=0.01)
        assert each.alone_s == pytest.approx(alone_s(each.tokens))
        assert each.cached_s == pytest.approx(KNOWN_S)
    assert found.side_by_side == pytest.approx(CORES)
    assert (found.model, found.workers, found.cores, found.cache_mb) == ("made-up", 2, 2, 64)


def test_a_refusal_ends_the_measurement_in_words() -> None:
    with pytest.raises(StartupError, match="429"):
        measured(KnownNode(status=429))
