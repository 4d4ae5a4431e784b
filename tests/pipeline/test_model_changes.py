"""Models that are loaded, replaced and unloaded while others hold them."""

import gc
import shutil
import threading
import time
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sidecar.errors import Conflict, DeviceError, ModelError, StartupError, UnknownModel
from sidecar.pipeline.live_model import LiveModel, SleepingModel
from sidecar.pipeline.model_changes import ModelChanges
from sidecar.pipeline.registry import ModelRegistry
from sidecar.pipeline.rerank_pipeline import RerankPipeline
from sidecar.request import Document, RankRequest
from sidecar.runtime.options import ModelSource
from sidecar.runtime.worker_process import WorkerProcess
from tests.opened import open_models
from tests.tiny_models import spoil, tiny_model

DOCUMENTS = tuple(Document(text=text) for text in ("red shoes", "blue socks", "a hat", "gloves"))
REQUEST = RankRequest(query="shoes", documents=DOCUMENTS)
MEGABYTE = 2**20


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_model(tmp_path_factory.mktemp("models") / "one", 1)


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_model(tmp_path_factory.mktemp("models") / "two", 2)


@pytest.fixture
def registry(one: Path) -> Iterator[ModelRegistry]:
    models = open_models(one, workers=2)
    yield models
    models.close()


@pytest.fixture
def changes(registry: ModelRegistry) -> ModelChanges:
    return ModelChanges(registry)


async def scores(pipeline: RerankPipeline) -> list[float]:
    result = await pipeline.rank(REQUEST)
    return [each.score for each in sorted(result.ranked, key=lambda each: each.index)]


def revisions(registry: ModelRegistry) -> dict[str, str]:
    return {name: model.running.score_revision for name, model in registry.served.items()}


def closed(registry: ModelRegistry) -> list[str]:
    """The names of models that were closed, as they come."""
    names: list[str] = []
    registry.opener.on_close = lambda live: names.append(live.name)
    return names


def wait_for(condition: object, seconds: float = 10.0) -> None:
    assert callable(condition)
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.005)


async def test_a_request_ends_on_the_model_that_it_began_on(
    registry: ModelRegistry, changes: ModelChanges, two: Path
) -> None:
    ended = closed(registry)
    with registry.hold(None) as old:
        assert old is not None
        before = await scores(old)
        changes.load("tiny", ModelSource(two))
        with registry.hold("tiny") as new:
            assert new is not None
            assert new is not old
            assert await scores(new) != before
        assert await scores(old) == before, "it is not closed before its last request"
        assert ended == []
    wait_for(lambda: ended == ["tiny"])
    assert [live.source.folder for live in registry.live] == [two]


async def test_a_model_that_lost_its_name_leaves_nothing_behind(
    registry: ModelRegistry, changes: ModelChanges, two: Path
) -> None:
    with registry.hold(None) as old:
        assert old is not None
        await scores(old)
    session = weakref.ref(registry.live[0].queue.model.session)
    tokenizer = weakref.ref(old.model.tokenizer)
    queues = len(registry.opener.scheduler.queues)
    del old
    gc.collect()
    gc.disable()  # who swaps models must not wait for it
    try:
        changes.load("tiny", ModelSource(two))
        wait_for(lambda: session() is None and tokenizer() is None)
    finally:
        gc.enable()
    assert len(registry.opener.scheduler.queues) == queues


def test_a_folder_that_fails_its_proof_changes_nothing(
    registry: ModelRegistry, changes: ModelChanges, tmp_path: Path
) -> None:
    before = revisions(registry)
    with pytest.raises(DeviceError, match="canonical pair 0"):
        changes.load("tiny", ModelSource(spoil(tiny_model(tmp_path / "bad", 3))))
    with pytest.raises(ModelError, match="not a model folder"):
        changes.load("other", ModelSource(tmp_path / "nowhere"))
    assert revisions(registry) == before
    assert len(registry.opener.scheduler.queues) == 1


def test_the_default_stays_and_unknown_names_are_refused(
    registry: ModelRegistry, changes: ModelChanges, two: Path
) -> None:
    changes.load("second", ModelSource(two))
    with pytest.raises(Conflict, match="default model"):
        changes.unload("tiny")
    with pytest.raises(UnknownModel, match="only tiny, second"):
        changes.unload("third")
    changes.unload("second")
    assert list(registry.served) == ["tiny"]


def test_a_reload_makes_the_list_the_truth(
    registry: ModelRegistry, changes: ModelChanges, one: Path, two: Path
) -> None:
    first = registry.live[0]
    added = changes.reload([ModelSource(one), ModelSource(two, "second")])
    assert (added.added, added.swapped, added.removed) == (("second",), (), ())
    assert registry.live[0] is first, "what has not changed goes on"
    turned = changes.reload([ModelSource(two, "second"), ModelSource(two, "tiny")])
    assert (turned.default, turned.added, turned.swapped) == ("second", (), ("tiny",))
    assert registry.default.model.name == "second"
    gone = changes.reload([ModelSource(two, "second")])
    assert (gone.removed, list(registry.served)) == (("tiny",), ["second"])


def test_a_reload_with_one_fault_changes_nothing(
    registry: ModelRegistry, changes: ModelChanges, one: Path, two: Path, tmp_path: Path
) -> None:
    before = dict(registry.served)
    bad = spoil(tiny_model(tmp_path / "bad", 3))
    with pytest.raises(DeviceError):
        changes.reload([ModelSource(two, "new"), ModelSource(bad, "bad")])
    with pytest.raises(StartupError, match="two models are called tiny"):
        changes.reload([ModelSource(one), ModelSource(two)])
    assert dict(registry.served) == before
    wait_for(lambda: len(registry.opener.scheduler.queues) == 1)


async def test_a_model_that_sleeps_wakes_as_it_was(
    registry: ModelRegistry, changes: ModelChanges, two: Path
) -> None:
    changes.load("second", ModelSource(two))
    with registry.hold("second") as pipeline:
        assert pipeline is not None
        before = await scores(pipeline)
        assert changes.unload_idle(0.0) == [], "a request holds it"
    assert changes.unload_idle(60.0) == []
    asleep = changes.unload_idle(0.0)
    assert [model.name for model in asleep] == ["second"], "the default never sleeps"
    assert isinstance(registry.served["second"], SleepingModel)
    assert len(registry.live) == 1
    with registry.hold("second") as asleep:
        assert asleep is None
    assert isinstance(changes.wake("second"), LiveModel)
    assert changes.wake("second") is None
    with registry.hold("second") as pipeline:
        assert pipeline is not None
        assert await scores(pipeline) == before


def test_a_sleeping_model_is_not_replaced_unseen(
    registry: ModelRegistry, changes: ModelChanges, tmp_path: Path
) -> None:
    folder = tiny_model(tmp_path / "models", 4)
    changes.load("second", ModelSource(folder))
    changes.unload_idle(0.0)
    folder.rename(tmp_path / "was")
    tiny_model(folder, 5)
    with pytest.raises(ModelError, match="holds another model"):
        changes.wake("second")
    assert isinstance(registry.served["second"], SleepingModel)


def test_changes_at_once_follow_each_other(
    registry: ModelRegistry, changes: ModelChanges, one: Path, two: Path
) -> None:
    def load(name: str, folder: Path) -> None:
        for _ in range(5):
            changes.load(name, ModelSource(folder))

    threads = [
        threading.Thread(target=load, args=arguments)
        for arguments in (("tiny", one), ("tiny", two), ("second", two))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert list(registry.served) == ["tiny", "second"]
    wait_for(lambda: len(registry.opener.scheduler.queues) == 2)


def test_more_memory_than_allowed_is_refused(tmp_path: Path) -> None:
    folder = tiny_model(tmp_path / "large", 1, weights=3 * MEGABYTE)
    registry = open_models(folder, memory_mb=5)
    try:
        changes = ModelChanges(registry)
        with pytest.raises(StartupError, match=r"4 MB beside the 4 MB .* allows \(5\)"):
            changes.load("second", ModelSource(folder))
        assert list(registry.served) == ["tiny"]
        changes.load("second", ModelSource(tiny_model(tmp_path / "small", 2)))
    finally:
        registry.close()
    with pytest.raises(StartupError, match="model_memory_mb"):
        open_models(folder, memory_mb=1)


def test_a_change_that_ends_after_the_stop_is_undone(registry: ModelRegistry, two: Path) -> None:
    changes = ModelChanges(registry)
    registry.close()
    with pytest.raises((StartupError, ModelError)):
        changes.load("second", ModelSource(two))
    assert list(registry.served) == ["tiny"]


def test_content_that_was_proven_is_not_tried_again(
    changes: ModelChanges, one: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trials = []
    start = WorkerProcess.start

    def counted(*arguments: Any) -> WorkerProcess:
        trials.append(arguments)
        return start(*arguments)

    monkeypatch.setattr(WorkerProcess, "start", counted)
    folder = tiny_model(tmp_path / "new", 5)

    def trials_of_a_load(source: Path) -> int:
        before = len(trials)
        changes.load("new", ModelSource(source))
        return len(trials) - before

    assert trials_of_a_load(folder) == 1
    assert trials_of_a_load(one) == 0, "it serves since the start"
    assert trials_of_a_load(folder) == 0
    shutil.rmtree(folder)
    assert trials_of_a_load(tiny_model(folder, 6)) == 1
    (folder / "notes").write_text("that no graph reads")
    assert trials_of_a_load(folder) == 0
