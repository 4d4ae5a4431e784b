"""Layouts beside the default. Speeds are those of a clock that simulated sessions move."""

import threading
from contextlib import closing
from dataclasses import dataclass, field

import numpy as np
import pytest

from sidecar.errors import InferenceFailed
from sidecar.runtime.model_folder import ModelFolder
from sidecar.runtime.options import RuntimeOptions
from sidecar.runtime.runs import Layout
from sidecar.runtime.session import Batch, Tensors
from sidecar.workshop.tune.measurement import Measurement
from sidecar.workshop.tune.pair_source import PairSource
from sidecar.workshop.tune.tuning import fastest

DEFAULT = Layout(workers=2, intra_op_threads=1, token_budget=0)
WIDE = Layout(workers=1, intra_op_threads=2, token_budget=0)


@dataclass
class SimulatedMachine:
    """A clock that moves only while a session runs, and how sessions behave by their threads."""

    now: float = 0.0
    speed: dict[int, float] = field(default_factory=dict)
    """Threads -> tokens per second; 1,000 if missing."""
    shift: dict[int, float] = field(default_factory=dict)
    """Threads -> what is added to each logit."""
    broken: set[int] = field(default_factory=set)
    opened: list[int] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def clock(self) -> float:
        return self.now


@dataclass
class SimulatedSession:
    """Takes the machine's time for each token; its logits are the pairs' lengths."""

    machine: SimulatedMachine
    threads: int
    speed: float

    def run(self, batch: Batch) -> Tensors:
        machine, tokens = self.machine, batch.attention_mask.sum(axis=1)
        if self.threads in machine.broken:
            raise RuntimeError("out of memory")
        with machine.lock:
            machine.now += float(tokens.sum()) / self.speed
        logits = tokens / 100 + machine.shift.get(self.threads, 0.0)
        return {"logits": logits.astype(np.float32)}


@dataclass(frozen=True)
class SimulatedFolder(ModelFolder):
    """The shipped model, with sessions of a simulated machine."""

    machine: SimulatedMachine
    times: float = 1.0

    def session(self, layout: Layout) -> SimulatedSession:  # type: ignore[override]
        threads = layout.intra_op_threads
        self.machine.opened.append(threads)
        speed = self.machine.speed.get(threads, 1000.0)
        return SimulatedSession(self.machine, threads, self.times * speed)


@pytest.fixture
def machine() -> SimulatedMachine:
    return SimulatedMachine()


@pytest.fixture(scope="module")
def pairs() -> PairSource:
    return PairSource(
        ModelFolder.read(None, RuntimeOptions(graph="int8")).tokenizer, None, concurrency=2
    )


@pytest.fixture
def measurement(machine: SimulatedMachine, pairs: PairSource) -> Measurement:
    read = ModelFolder.read(None, RuntimeOptions(graph="int8"))
    folder = SimulatedFolder(read.path, read.options, read.running, read.tokenizer, machine)
    return Measurement(folder, DEFAULT, pairs, 8, clock=machine.clock)


def test_a_layout_that_is_twice_as_fast_is_found(
    measurement: Measurement, machine: SimulatedMachine
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


def test_a_layout_that_is_as_fast_does_not_replace_the_default(measurement: Measurement) -> None:
    with closing(measurement):
        measurement.warm_up()
        default, final = measurement.final([WIDE], 0.1)
    assert fastest([default, final]) is default


def test_a_layout_that_changes_scores_is_rejected(
    measurement: Measurement, machine: SimulatedMachine
) -> None:
    machine.speed[2] = 9000.0
    machine.shift[2] = 0.01
    with closing(measurement):
        measurement.warm_up()
        outcome = measurement.screen(WIDE, 0.1)
    assert "moves scores by 0.00" in outcome.fault


def test_a_layout_in_which_the_model_fails_is_rejected(
    measurement: Measurement, machine: SimulatedMachine
) -> None:
    machine.broken.add(2)
    with closing(measurement):
        measurement.warm_up()
        assert "RuntimeError" in measurement.screen(WIDE, 0.1).fault
        (default,) = measurement.final([], 0.1)
    assert default.rate > 0


def test_another_graph_is_measured_beside_the_winner(
    measurement: Measurement, machine: SimulatedMachine
) -> None:
    read = ModelFolder.read(None, RuntimeOptions(graph="float"))
    other = SimulatedFolder(
        read.path, read.options, read.running, read.tokenizer, machine, times=1.5
    )
    with closing(measurement):
        measurement.warm_up()
        assert measurement.compare_with_other(other, DEFAULT, 0.1).low == pytest.approx(1.5)
        machine.broken.add(1)
        with pytest.raises(InferenceFailed):
            measurement.compare_with_other(other, DEFAULT, 0.1)


def test_few_sessions_are_open_and_layouts_with_equal_threads_share_one(
    measurement: Measurement, machine: SimulatedMachine
) -> None:
    with closing(measurement):
        measurement.warm_up()
        for workers, threads in ((3, 1), (1, 2), (4, 1), (1, 3), (1, 4), (5, 1), (2, 2)):
            measurement.screen(Layout(workers, threads, 0), 0.1)
    assert machine.opened == [1, 2, 3, 4, 2]
