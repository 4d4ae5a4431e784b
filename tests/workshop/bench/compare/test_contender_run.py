"""Contenders in turn: the fastest batch size, the order of turns, and those that fail."""

import sys
from collections.abc import Sequence

import pytest

from sidecar.workshop.bench.compare.contender import ContenderSpec, RoundResult, TextRequest
from sidecar.workshop.bench.compare.contender_factory import UnavailableContender
from sidecar.workshop.bench.compare.contender_run import (
    ContenderRun,
    finish,
    measure,
    search_batch_size,
    warm_up,
)
from sidecar.workshop.bench.compare.library_process import LibraryProcess
from tests.workshop.bench.compare.conftest import REQUESTS


def test_the_fastest_batch_size_is_chosen_and_rounds_are_kept(library: LibraryProcess) -> None:
    run = ContenderRun(library)
    search_batch_size(run, REQUESTS, [REQUESTS])
    assert run.batch_size == 8
    assert run.tried.keys() == {1, 8}
    assert library.pid is None  # memory of the search does not count
    warm_up(run, REQUESTS)
    assert run.warm_up_logits == ((1, 2, 3), (4,))
    measure([run], "some", [REQUESTS, REQUESTS], at_once=False)
    assert [measured.pairs for measured in run.rounds["some"]] == [4, 4]
    finish(run)
    if sys.platform == "linux":
        assert run.peak_mb is not None
        assert run.peak_mb > 1


def test_a_contender_that_fails_is_left_out_and_the_others_go_on(library: LibraryProcess) -> None:
    spec = ContenderSpec("gone", "gone")
    unavailable, run = (
        ContenderRun(UnavailableContender(spec, "no such package")),
        ContenderRun(library),
    )
    unavailable.attempt(lambda: warm_up(unavailable, REQUESTS))
    warm_up(run, REQUESTS)
    measure([unavailable, run], "some", [REQUESTS], at_once=False)
    assert unavailable.failed == "no such package"
    assert not unavailable.rounds
    assert len(run.rounds["some"]) == 1
    measure([run], "lost", [[TextRequest("lose", ("x", "y"))]], at_once=False)
    assert run.failed == "it did not score every document once"
    assert library.pid is None


class RecordingContender(UnavailableContender):
    """Answers at once, and records its turns."""

    def __init__(self, key: str, turns: list[str]) -> None:
        super().__init__(ContenderSpec(key, key), "")
        self._turns = turns

    def run(self, requests: Sequence[TextRequest], *, at_once: bool) -> RoundResult:
        self._turns.append(self.spec.key)
        return RoundResult(1.0, (1.0,), ((0.0,),))


@pytest.mark.parametrize("contenders", ["ab", "abc"])
def test_the_order_changes_from_round_to_round(contenders: str) -> None:
    turns: list[str] = []
    runs = [ContenderRun(RecordingContender(key, turns)) for key in contenders]
    rounds = 2 * len(contenders)
    measure(runs, "some", [[TextRequest("q", ("x",))]] * rounds, at_once=False)
    leading = turns[:: len(contenders)]
    assert sorted(leading) == sorted(2 * contenders)
    assert leading[0] != leading[1]
