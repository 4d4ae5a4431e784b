"""Which layout wins, and when it is kept."""

import itertools
from pathlib import Path

import orjson
import pytest

from sidecar.runtime.runs import Layout
from sidecar.settings import Settings
from sidecar.workshop.tune.contention import CpuContention
from sidecar.workshop.tune.measurement import Outcome
from sidecar.workshop.tune.paired_comparison import Gain
from sidecar.workshop.tune.tuning import TuneSpec, fastest, tune

DEFAULT = Layout(workers=2, intra_op_threads=1, token_budget=0)
WIDE = Layout(workers=1, intra_op_threads=2, token_budget=0)


def test_the_fastest_of_the_layouts_that_beat_the_default_wins() -> None:
    default = Outcome(DEFAULT, 100.0)
    tie = Outcome(WIDE, 120.0, 1.2, Gain(1.2, 0.9, 1.5))
    good = Outcome(WIDE, 110.0, 1.1, Gain(1.1, 1.05, 1.2))
    better = Outcome(WIDE, 115.0, 1.15, Gain(1.15, 1.01, 1.2))
    screened_out = Outcome(WIDE, 50.0, 0.5)
    assert fastest([default, tie, screened_out]) is default
    assert fastest([default, tie, good, better]) is better


@pytest.mark.parametrize("keep_when_busy", [False, True])
def test_a_winner_on_a_busy_machine_is_kept_only_on_request(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, keep_when_busy: bool
) -> None:
    """Threads wait for a core as long as they run."""
    readings = itertools.count()
    monkeypatch.setattr(CpuContention, "now", lambda: CpuContention(*[10**9 * next(readings)] * 2))
    path = tmp_path / "requests.jsonl"
    path.write_bytes(orjson.dumps({"query": "q", "documents": ["one", "two"]}))
    settings = Settings(state=tmp_path / "state", graph="int8")
    report = tune(TuneSpec(settings, 1.0, path, 1, False, keep_when_busy), lambda text: None)
    assert report.waited == 0.5
    assert (report.path is not None) == keep_when_busy
    assert (tmp_path / "state").exists() == keep_when_busy
