"""What `tune` tries, measures and decides. Speeds here are those of a clock that sessions move."""

import itertools
import threading
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import orjson
import pytest

from sidecar.errors import InferenceFailed, StartupError
from sidecar.runtime.loading import Opening
from sidecar.runtime.manifest import Device
from sidecar.runtime.onnx_session import Logits
from sidecar.runtime.runs import Batch, Layout
from sidecar.settings import Settings
from sidecar.workshop.tune.alternatives import alternatives
from sidecar.workshop.tune.candidates import as_settings, budgets, named, shapes
from sidecar.workshop.tune.contention import CpuContention
from sidecar.workshop.tune.measurement import Measurement, Outcome
from sidecar.workshop.tune.pair_source import PairSource
from sidecar.workshop.tune.paired_comparison import Gain, compare, critical_rank_sum
from sidecar.workshop.tune.tuning import TuneSpec, fastest, run

DEFAULT = Layout(workers=2, intra_op_threads=1, token_budget=0)
WIDE = Layout(workers=1, intra_op_threads=2, token_budget=0)


def tried(default: Layout, device: Device, cores: int, physical: int) -> set[tuple[int, int]]:
    """(workers, threads) of the layouts that are tried beside the default."""
    found = shapes(default, device=device, cores=cores, physical=physical)
    assert len(set(found)) == len(found)
    assert default not in found
    assert all(layout.token_budget == default.token_budget for layout in found)
    return {(layout.workers, layout.intra_op_threads) for layout in found}


def test_two_cores() -> None:
    assert tried(DEFAULT, "cpu", 2, 2) == {(3, 1), (1, 2)}


def test_a_worker_per_core_and_not_per_hardware_thread_is_tried() -> None:
    default = Layout(workers=12, intra_op_threads=1, token_budget=0)
    found = tried(default, "cpu", 12, 6)
    assert {(6, 1), (13, 1), (6, 2), (3, 2), (1, 12), (1, 6)} <= found
    assert max(workers * threads for workers, threads in found) == 13


def test_one_core() -> None:
    assert tried(Layout(workers=1, intra_op_threads=1, token_budget=0), "cpu", 1, 1) == {(2, 1)}


def test_a_device_gets_a_second_worker() -> None:
    default = Layout(workers=1, intra_op_threads=1, token_budget=16_384)
    assert tried(default, "cuda", 16, 8) == {(2, 1)}


def test_budgets_are_for_graphs_whose_pairs_may_share_a_run() -> None:
    assert budgets(DEFAULT, runs="single", device="cpu") == []
    assert budgets(DEFAULT, runs="single", device="cuda") == []
    found = budgets(DEFAULT, runs="padded", device="cpu")
    assert [layout.token_budget for layout in found] == [512, 1024]
    assert {(layout.workers, layout.intra_op_threads) for layout in found} == {(2, 1)}
    device = Layout(workers=2, intra_op_threads=1, token_budget=16_384)
    found = budgets(device, runs="padded", device="cuda")
    assert [layout.token_budget for layout in found] == [4_096, 8_192, 32_768, 65_536]


def test_a_layout_has_a_name_and_is_told_as_flags() -> None:
    layout = Layout(workers=1, intra_op_threads=2, token_budget=512)
    assert named(layout) == "1 worker x 2 threads, 512 tokens"
    assert as_settings(layout) == "--workers 1 --threads 2 --token-budget 512"


@pytest.mark.parametrize(
    ("rounds", "critical"), [(4, -1), (5, 0), (6, 2), (7, 3), (8, 5), (9, 8), (10, 10), (20, 60)]
)
def test_the_tables_critical_values_of_wilcoxons_test(rounds: int, critical: int) -> None:
    assert critical_rank_sum(rounds, 0.05) == critical


def test_a_clear_gain_and_a_tie() -> None:
    base = [100.0, 50.0, 110.0, 20.0, 90.0, 100.0]
    gain = compare([1.1 * rate for rate in base], base)
    assert gain.ratio == pytest.approx(1.1)
    assert gain.worthwhile
    noisy = [1.2, 0.85, 1.1, 0.9, 1.15, 0.95]
    tie = compare([rate * factor for rate, factor in zip(base, noisy, strict=True)], base)
    assert tie.low < 1 < tie.high
    assert not tie.worthwhile


def test_one_round_that_was_disturbed_moves_little() -> None:
    base = [100.0] * 10
    ours = [110.0] * 9 + [10.0]
    assert compare(ours, base).ratio == pytest.approx(1.1)
    assert compare(ours, base).worthwhile


def test_a_gain_too_small_to_matter_and_too_few_rounds() -> None:
    assert not compare([101.0] * 10, [100.0] * 10).worthwhile
    few = compare([200.0] * 3, [100.0] * 3)
    assert (few.low, few.high) == (0.0, float("inf"))
    assert not few.worthwhile


def test_the_fastest_of_those_that_beat_the_default() -> None:
    default = Outcome(DEFAULT, 100.0)
    tie = Outcome(WIDE, 120.0, 1.2, Gain(1.2, 0.9, 1.5))
    good = Outcome(WIDE, 110.0, 1.1, Gain(1.1, 1.05, 1.2))
    better = Outcome(WIDE, 115.0, 1.15, Gain(1.15, 1.01, 1.2))
    screened_out = Outcome(WIDE, 50.0, 0.5)
    assert fastest([default, tie, screened_out]) is default
    assert fastest([default, tie, good, better]) is better


@dataclass
class Machine:
    """A clock that moves only while a session runs, and what each kind of session does."""

    now: float = 0.0
    speed: dict[int, float] = field(default_factory=dict)
    """Threads -> tokens per second; 1,000 where it is not said."""
    shift: dict[int, float] = field(default_factory=dict)
    """Threads -> what is added to each logit."""
    broken: set[int] = field(default_factory=set)
    opened: list[int] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def clock(self) -> float:
        return self.now


@dataclass
class Simulated:
    machine: Machine
    threads: int
    speed: float

    def run(self, batch: Batch) -> Logits:
        machine, tokens = self.machine, batch.attention_mask.sum(axis=1)
        if self.threads in machine.broken:
            raise RuntimeError("out of memory")
        with machine.lock:
            machine.now += float(tokens.sum()) / self.speed
        return (tokens / 100 + machine.shift.get(self.threads, 0.0)).astype(np.float32)


@dataclass(frozen=True)
class OnMachine(Opening):
    """The shipped model, with sessions of a made-up machine."""

    machine: Machine
    times: float = 1.0

    def session(self, layout: Layout) -> Simulated:  # type: ignore[override]
        threads = layout.intra_op_threads
        self.machine.opened.append(threads)
        speed = self.machine.speed.get(threads, 1000.0)
        return Simulated(self.machine, threads, self.times * speed)


@pytest.fixture
def machine() -> Machine:
    return Machine()


@pytest.fixture(scope="module")
def texts() -> PairSource:
    return PairSource(Opening.read(None, "cpu", "int8").tokenizer, None, together=2)


@pytest.fixture
def measurement(machine: Machine, texts: PairSource) -> Measurement:
    read = Opening.read(None, "cpu", "int8")
    opening = OnMachine(read.folder, read.loaded, read.tokenizer, machine)
    return Measurement(opening, DEFAULT, texts, 8, clock=machine.clock)


def test_a_layout_that_is_twice_as_fast_is_found(
    measurement: Measurement, machine: Machine
) -> None:
    machine.speed[2] = 2000.0
    with closing(measurement):
        assert measurement.warm_up() > 0
        screened = measurement.screen(WIDE, 0.1)
        default, final = measurement.final([WIDE], 0.1)
    assert screened.ratio == pytest.approx(2.0)
    assert final.gain is not None
    assert (final.gain.low, final.gain.high) == (pytest.approx(2), pytest.approx(2))
    assert final.rate == pytest.approx(2 * default.rate)
    assert fastest([default, final]) is final


def test_one_that_is_as_fast_leaves_the_default(measurement: Measurement) -> None:
    with closing(measurement):
        measurement.warm_up()
        default, final = measurement.final([WIDE], 0.1)
    assert fastest([default, final]) is default


def test_a_layout_that_moves_scores_is_out(measurement: Measurement, machine: Machine) -> None:
    machine.speed[2] = 9000.0
    machine.shift[2] = 0.01
    with closing(measurement):
        measurement.warm_up()
        outcome = measurement.screen(WIDE, 0.1)
    assert "moves scores by 0.00" in outcome.fault


def test_a_layout_with_which_the_model_fails_is_out(
    measurement: Measurement, machine: Machine
) -> None:
    machine.broken.add(2)
    with closing(measurement):
        measurement.warm_up()
        assert "RuntimeError" in measurement.screen(WIDE, 0.1).fault
        (default,) = measurement.final([], 0.1)
    assert default.rate > 0


def test_another_engine_is_measured_beside_the_winner(
    measurement: Measurement, machine: Machine
) -> None:
    read = Opening.read(None, "cpu", "float")
    other = OnMachine(read.folder, read.loaded, read.tokenizer, machine, times=1.5)
    with closing(measurement):
        measurement.warm_up()
        assert measurement.beside(other, DEFAULT, 0.1).low == pytest.approx(1.5)
        machine.broken.add(1)
        with pytest.raises(InferenceFailed):
            measurement.beside(other, DEFAULT, 0.1)


def test_few_sessions_are_open_and_layouts_of_as_many_threads_share_one(
    measurement: Measurement, machine: Machine
) -> None:
    with closing(measurement):
        measurement.warm_up()
        for workers, threads in ((3, 1), (1, 2), (4, 1), (1, 3), (1, 4), (5, 1), (2, 2)):
            measurement.screen(Layout(workers, threads, 0), 0.1)
    assert machine.opened == [1, 2, 3, 4, 2]


def test_what_others_take_is_read_from_the_kernels_own_count(tmp_path: Path) -> None:
    for thread, text in (("7", "300 100 5\n"), ("8", "100 500 2\n")):
        (tmp_path / thread).mkdir()
        (tmp_path / thread / "schedstat").write_text(text)
    waits = CpuContention.now(tmp_path)
    assert waits == CpuContention(ran=400, waited=600)
    assert waits.share == 0.6
    assert (waits - CpuContention(ran=200, waited=600)).share == 0.0
    assert CpuContention.now(tmp_path / "none").share == 0.0


@pytest.mark.parametrize("beside_others", [False, True])
def test_what_won_on_a_busy_machine_is_kept_only_when_that_is_meant(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, beside_others: bool
) -> None:
    """The kernel tells that threads waited for a core as long as they ran."""
    readings = itertools.count()
    monkeypatch.setattr(CpuContention, "now", lambda: CpuContention(*[10**9 * next(readings)] * 2))
    path = tmp_path / "requests.jsonl"
    path.write_bytes(orjson.dumps({"query": "q", "documents": ["one", "two"]}))
    settings = Settings(state=tmp_path / "state", graph="int8")
    report = run(TuneSpec(settings, 1.0, path, 1, False, beside_others), lambda text: None)
    assert report.waited == 0.5
    assert (report.path is not None) == beside_others
    assert (tmp_path / "state").exists() == beside_others


def test_synthetic_rounds_are_new_and_as_large_as_asked(texts: PairSource) -> None:
    first, second = texts.rounds(2, 250)
    (third,) = texts.rounds(1, 7)
    assert [len(each) for each in first] == [100, 100, 100]
    assert [len(each) for each in third] == [4, 4]
    assert first[0][0].ids.tolist() != second[0][0].ids.tolist() != third[0][0].ids.tolist()


def test_a_files_requests_come_whole_and_again(texts: PairSource, tmp_path: Path) -> None:
    path = tmp_path / "requests.jsonl"
    bodies = [
        {"query": "q", "documents": ["one"]},
        {"query": "q", "documents": ["two", "word " * 600]},
    ]
    path.write_bytes(b"\n".join(map(orjson.dumps, bodies)))
    tokenizer = Opening.read(None, "cpu", None).tokenizer
    own = PairSource(tokenizer, path, together=1)
    small, large = (own.rounds(1, pairs)[0] for pairs in (1, 4))
    assert [len(each) for each in small] == [1]
    assert [len(each) for each in large] == [2, 1, 2]
    assert len(large[0][1]) == tokenizer.max_tokens
    empty = tmp_path / "empty.jsonl"
    empty.write_text("\n")
    with pytest.raises(StartupError, match="no requests"):
        PairSource(tokenizer, empty, together=1)


def test_the_other_graphs_of_the_folder_are_told_by_their_flags(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        "sidecar.workshop.tune.alternatives.importlib.util.find_spec", lambda name: None
    )
    opening = Opening.read(None, "cpu", "int8")
    found = alternatives(opening)
    assert list(found) == ["--engine onnxruntime --graph float"]
    (other,) = found.values()
    assert (other.loaded.graph, other.loaded.running.runs) == ("float", "padded")
    assert other.loaded.score_revision != opening.loaded.score_revision


def test_an_engine_that_is_installed_is_told_with_each_precision(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        "sidecar.workshop.tune.alternatives.importlib.util.find_spec", lambda name: object()
    )
    opening = Opening.read(None, "cpu", None, "openvino", "bf16")
    found = alternatives(opening)
    assert list(found) == [
        "--engine onnxruntime --graph int8",
        "--engine onnxruntime --graph float",
        "--engine openvino --precision fp32",
        "--engine openvino --precision int8",
    ]
    assert [other.loaded.running.precision for other in found.values()] == [
        "int8",
        "fp32",
        "fp32",
        "int8",
    ]
