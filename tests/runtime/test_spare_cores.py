"""A lone run on all cores: which runs are, and that their scores are the same."""

import random
from pathlib import Path

import numpy as np
import pytest

from sidecar.runtime import spare_cores
from sidecar.runtime.device_queues import DeviceQueues
from sidecar.runtime.families import logits
from sidecar.runtime.manifest import Manifest
from sidecar.runtime.model_folder import ModelFolder
from sidecar.runtime.onnx_session import OnnxSession
from sidecar.runtime.options import RuntimeOptions
from sidecar.runtime.runs import batch
from sidecar.runtime.session import Batch, RunsAlone, Tensors
from sidecar.runtime.spare_cores import SpareCores
from sidecar.runtime.tokenizer import PairTokenizer
from tests.runtime.test_scheduler import LATER, model, pairs

WORDS = "the court shall award red running shoes of contract size 42 for any late payment".split()


class Counting:
    """A session that counts its runs."""

    def __init__(self) -> None:
        self.runs = 0

    def run(self, batch: Batch) -> Tensors:
        self.runs += 1
        return {"logits": np.zeros(len(batch.input_ids), dtype=np.float32)}


class Two:
    """Two workers whose runs the test does, over both kinds of session."""

    def __init__(self) -> None:
        self.beside, self.alone = Counting(), Counting()
        self.queues = DeviceQueues(2)
        self.queue = self.queues.add(model(SpareCores(self.beside, self.alone)))

    def start(self, worker: int) -> None:
        taken = self.queues.take(worker)
        assert taken is not None
        self.run = taken[1]

    def end(self, worker: int) -> None:
        self.queue.score(worker, self.run)


@pytest.fixture
def two() -> Two:
    return Two()


def test_the_only_pair_has_all_cores(two: Two) -> None:
    two.queue.submit(pairs(5), LATER)
    two.start(0)
    two.end(0)
    assert (two.alone.runs, two.beside.runs) == (1, 0)


def test_a_pair_beside_a_run_or_a_waiting_pair_has_its_workers_threads(two: Two) -> None:
    two.queue.submit(pairs(5, 4), LATER)
    two.start(0)
    first = two.run
    two.start(1)
    two.end(1)
    two.queue.score(0, first)
    assert (two.alone.runs, two.beside.runs) == (0, 2)


def test_any_session_may_run_alone() -> None:
    plain, queues = Counting(), DeviceQueues(2)
    queue = queues.add(model(plain))
    queue.submit(pairs(5), LATER)
    taken = queues.take(0)
    assert taken is not None
    queue.score(0, taken[1])
    assert plain.runs == 1


def test_the_number_of_threads_changes_no_score(
    folder: Path, manifest: Manifest, tokenizer: PairTokenizer, int8: OnnxSession
) -> None:
    rng = random.Random(7)
    many = OnnxSession.open(folder, manifest.graphs["int8"], "cpu", threads=4)
    for words in (1, 2, 5, 17, 40, 90, 170, 300):
        query = tokenizer.query(" ".join(rng.choices(WORDS, k=rng.randint(1, 9))))
        pair = tokenizer.whole(query, " ".join(rng.choices(WORDS, k=words)))
        arrays = batch([pair], manifest.padding, tokenizer.pad_id)
        assert logits(many.run(arrays)).tolist() == logits(int8.run(arrays)).tolist()


def test_small_models_on_several_workers_have_both_sessions(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    opened = ModelFolder.read(None, RuntimeOptions(workers=2, threads=1, state=Path("/nowhere")))
    assert isinstance(opened.session(opened.layout()), RunsAlone)
    monkeypatch.setattr(spare_cores, "MAX_BYTES", 1000)
    assert not isinstance(opened.session(opened.layout()), RunsAlone)
    one = ModelFolder.read(None, RuntimeOptions(workers=1, threads=2, state=Path("/nowhere")))
    assert not isinstance(one.session(one.layout()), RunsAlone)
