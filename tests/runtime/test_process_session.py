"""Worker processes that die, hang and raise."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from sidecar.errors import DeviceError, InferenceFailed, InputRefused, ModelError, StartupError
from sidecar.runtime import worker_process
from sidecar.runtime.options import ModelSource
from sidecar.runtime.process_session import ProcessSession
from sidecar.runtime.quarantine import MAX_SUSPECTS, Quarantine
from sidecar.runtime.session import Batch, Session, Tensors
from sidecar.runtime.tensor_wire import RemoteFault, pack, pack_fault, unpack
from sidecar.runtime.thread_priority import PER_THREAD
from sidecar.runtime.worker_process import WorkerEnded, WorkerProcess
from tests.opened import open_models
from tests.runtime import faulty_sessions as faulty
from tests.tiny_models import tiny_model


def batch(*rows: list[int]) -> Batch:
    """Padded with zeros."""
    width = max(map(len, rows))
    ids = np.array([row + [0] * (width - len(row)) for row in rows], np.int64)
    return Batch(ids, (ids > 0).astype(np.int64), None)


def logits(tensors: Tensors) -> list[float]:
    return [float(each) for each in tensors["logits"]]


def until(condition: Callable[[], object], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def opened(
    mark: Path,
    workers: int = 2,
    prove: Callable[[Session], None] | None = None,
    nice: int = 0,
) -> ProcessSession:
    return ProcessSession(
        "tiny",
        partial(faulty.open_faulty, mark),
        prove or (lambda session: None),
        Quarantine("tiny", "revision"),
        workers=workers,
        run_timeout_s=0.5,
        nice=nice,
    ).open()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ProcessSession]:
    session = opened(tmp_path_factory.mktemp("mark") / "mark")
    yield session
    session.close()


@pytest.fixture
def session(shared: ProcessSession) -> ProcessSession:
    """With both workers running."""
    until(lambda: shared.missing == 0, 60)
    return shared


def test_tensors_travel_as_they_are() -> None:
    tensors = {
        "a": np.arange(6, dtype=np.float32).reshape(2, 3)[:, ::-1],
        "b": np.zeros((0, 4), np.int64),
        "c": np.array(7, np.float16),
    }
    for name, tensor in unpack(pack(tensors)).items():
        assert tensor.dtype == tensors[name].dtype
        assert np.array_equal(tensor, tensors[name])
    with pytest.raises(RemoteFault, match="no such file"):
        unpack(pack_fault(OSError("no such file")))
    with pytest.raises(ValueError, match="no tensors"):
        pack({"a": np.array([object()])})


@pytest.mark.skipif(not PER_THREAD, reason="elsewhere a priority is the whole process's")
def test_workers_give_way_once_they_are_proven_and_so_do_new_ones(tmp_path: Path) -> None:
    own = os.getpriority(os.PRIO_PROCESS, 0)
    at_proof: list[int] = []

    def prove(worker: Session) -> None:
        assert isinstance(worker, WorkerProcess)
        at_proof.append(os.getpriority(os.PRIO_PROCESS, worker.pid))

    session = opened(tmp_path / "mark", workers=1, prove=prove, nice=3)
    try:
        for _ in range(2):
            [pid] = session.pids
            assert os.getpriority(os.PRIO_PROCESS, pid) == own + 3
            os.kill(pid, signal.SIGKILL)
            until(lambda killed=pid: session.pids not in ([], [killed]), 60)
    finally:
        session.close()
    assert set(at_proof) == {own}


def test_runs_beside_each_other(session: ProcessSession) -> None:
    with ThreadPoolExecutor(4) as threads:
        runs = threads.map(lambda number: session.run(batch([number, 2], [1])), range(1, 60))
        assert [logits(run) for run in runs] == [[number + 2.0, 1.0] for number in range(1, 60)]


def test_a_fault_of_the_model_is_that_runs_alone(session: ProcessSession) -> None:
    pids = session.pids
    with pytest.raises(InferenceFailed, match="RuntimeError") as fault:
        session.run(batch([faulty.RAISES]))
    assert "fire" not in fault.value.message, "a runtime's words may hold a text"
    assert logits(session.run(batch([3]))) == [3.0]
    assert session.pids == pids


def test_a_worker_that_is_killed_while_idle_is_replaced(session: ProcessSession) -> None:
    ends: list[str] = []
    session.on_end = ends.append
    killed = session.pids[0]
    os.kill(killed, signal.SIGKILL)
    until(lambda: session.missing == 1, 1.0)
    assert logits(session.run(batch([3]))) == [3.0], "the other one works"
    until(lambda: session.missing == 0, 60)
    assert killed not in session.pids
    assert ends == ["died"]


def test_a_run_that_hangs_is_ended(session: ProcessSession) -> None:
    ends: list[str] = []
    session.on_end = ends.append
    with pytest.raises(WorkerEnded, match="took too long"):
        session.run(batch([faulty.HANGS, 9]))
    until(lambda: ends == ["hung"], 1.0)
    assert logits(session.run(batch([3]))) == [3.0]


def test_a_worker_that_takes_no_batch_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_process, "SEND_LIMIT_S", 1)
    session = opened(tmp_path / "mark", workers=1)
    os.kill(session.pids[0], signal.SIGSTOP)
    with ThreadPoolExecutor(1) as threads:
        run = threads.submit(session.run, batch(*[[1] * 512] * 256))
        try:
            with pytest.raises(WorkerEnded, match="took too long"):
                run.result(10)
        finally:
            session.close()  # so that a run that waits ends too


def test_an_input_that_ends_two_workers_is_refused_and_no_other(session: ProcessSession) -> None:
    deadly = batch([5, faulty.DIES])
    for _ in range(2):
        until(lambda: session.missing == 0, 60)
        with pytest.raises(WorkerEnded):
            session.run(deadly)
    until(lambda: session.missing == 0, 60)
    pids = session.pids
    for width in (0, 3):
        with pytest.raises(InputRefused, match="not run again"):
            session.run(batch([5, faulty.DIES], [1] * (width or 1)))
    assert session.pids == pids, "nothing ran"
    assert logits(session.run(batch([5, 6]))) == [11.0]


def test_who_was_in_its_company_is_cleared(session: ProcessSession) -> None:
    innocent = [11, 12]
    with pytest.raises(WorkerEnded):
        session.run(batch(innocent, [6, faulty.DIES]))
    until(lambda: session.missing == 0, 60)
    with pytest.raises(WorkerEnded):  # each alone now: the innocent ends well
        session.run(batch(innocent, [6, faulty.DIES]))
    until(lambda: session.missing == 0, 60)
    assert logits(session.run(batch(innocent, [1]))) == [23.0, 1.0]
    with pytest.raises(InputRefused):
        session.run(batch([6, faulty.DIES]))


def test_a_worker_that_ends_for_another_reason_leaves_no_suspect(session: ProcessSession) -> None:
    once = batch([faulty.DIES_ONCE])
    with pytest.raises(WorkerEnded):
        session.run(once)
    for _ in range(2):
        assert logits(session.run(once)) == [float(faulty.DIES_ONCE)]


def test_suspects_are_bounded() -> None:
    quarantine = Quarantine("tiny", "revision")
    for number in range(1, MAX_SUSPECTS + 2):
        quarantine.blame(batch([number]))
    assert not quarantine.suspects(batch([1])), "the oldest is forgotten"
    assert quarantine.suspects(batch([2]))


@pytest.mark.parametrize(
    ("opener", "kind", "words"),
    [
        (faulty.open_never, ModelError, "it is altered"),
        (faulty.die_while_opening, WorkerEnded, "ended"),
    ],
)
def test_a_session_that_does_not_open_says_why(
    opener: Callable[[], Session], kind: type[Exception], words: str
) -> None:
    with pytest.raises(kind, match=words):
        ProcessSession(
            "tiny", opener, print, Quarantine("tiny", "r"), workers=1, run_timeout_s=1.0
        ).open()


def test_a_system_that_starts_no_process_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: object, **more: object) -> None:
        raise OSError("Cannot allocate memory")

    monkeypatch.setattr(subprocess, "Popen", refuse)
    with pytest.raises(StartupError, match="Cannot allocate memory"):
        opened(Path("mark"))


def test_a_worker_that_answers_nonsense_is_ended(
    session: ProcessSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "sidecar.runtime.worker_process.unpack", lambda message: unpack(b"\0\0\0\1{")
    )
    with pytest.raises(ValueError, match="Expecting"):
        session.run(batch([3]))
    monkeypatch.undo()
    assert logits(session.run(batch([3]))) == [3.0]
    until(lambda: session.missing == 0, 60)


def test_every_worker_is_proven(tmp_path: Path) -> None:
    proven: list[list[float]] = []

    def prove(session: Session) -> None:
        proven.append(logits(session.run(batch([7]))))
        if len(proven) == 2:
            raise DeviceError("its scores would be wrong")

    with pytest.raises(DeviceError, match="would be wrong"):
        opened(tmp_path / "mark", prove=prove)
    assert proven == [[7.0], [7.0]]


def test_workers_end_with_their_parent(tmp_path: Path) -> None:
    """Even one that is killed while a run hangs."""
    program = f"""
        import sys, threading, time
        from pathlib import Path
        from tests.runtime.test_process_session import batch, faulty, opened
        session = opened(Path({str(tmp_path / "mark")!r}), 1)
        session._running.copy().pop().run_timeout_s = 1000
        threading.Thread(target=session.run, args=(batch([faulty.HANGS]),), daemon=True).start()
        print(session.pids[0], flush=True)
        time.sleep(1000)
    """
    command = [sys.executable, "-c", textwrap.dedent(program)]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}  # for `tests`
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as parent:
        assert parent.stdout is not None
        worker = int(parent.stdout.readline())
        parent.kill()
        parent.wait()
    until(lambda: not _runs(worker), 20)


def test_models_in_processes_score_as_in_threads(tmp_path: Path) -> None:
    folder = tiny_model(tmp_path / "model", 1)
    in_threads = open_models(folder, workers=2)
    in_processes = open_models(folder, workers=2, isolation="process")
    try:
        (live,) = in_processes.live
        assert live.processes is not None
        assert len(live.processes.pids) == 2
        assert live.processes.rss_bytes > 2 * 2**20
        runs = [
            models.live[0].queue.model.session.run(batch([5, 6, 7], [9]))
            for models in (in_threads, in_processes)
        ]
        assert logits(runs[0]) == logits(runs[1])
        assert live.source == ModelSource(folder, "tiny") or live.source.folder == folder
    finally:
        in_threads.close()
        pids = live.processes.pids
        in_processes.close()
    until(lambda: not any(map(_runs, pids)), 20)


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
