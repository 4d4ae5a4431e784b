"""Contenders in real processes: pipes, times, failures, CPU time and memory, choice of a batch."""

import os
import sys
import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from sidecar.errors import StartupError
from sidecar.workshop.bench.compare import environments, library_process
from sidecar.workshop.bench.compare.contender import (
    ContenderFailed,
    ContenderSpec,
    RoundResult,
    TextRequest,
)
from sidecar.workshop.bench.compare.contender_factory import UnavailableContender
from sidecar.workshop.bench.compare.contender_run import (
    ContenderRun,
    finish,
    measure,
    search_batch_size,
    warm_up,
)
from sidecar.workshop.bench.compare.library_process import LibraryProcess
from sidecar.workshop.bench.compare.process_usage import (
    Stat,
    cpu_seconds,
    parse_stat,
    peak_memory_mb,
    tree,
)
from sidecar.workshop.bench.compare.servers import read_scores

ADAPTER = """
    import os, time
    PACKAGES = ("numpy",)
    PARALLEL = False
    print("a library that prints")

    def open_model(settings):
        def score(query, documents, batch_size):
            print("and again", flush=True)
            if query == "die":
                os._exit(3)
            if query == "raise":
                raise ValueError("not this one")
            if query == "lose":
                return [0.0]
            time.sleep(settings["slow"] if batch_size == 1 else 0.0)
            return [float(len(text)) for text in documents]
        return score
"""
SEARCHES = (TextRequest("a", ("x", "yy", "zzz")), TextRequest("b", ("four",)))
linux = pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[LibraryProcess]:
    file = tmp_path / "adapter.py"
    file.write_text(textwrap.dedent(ADAPTER))
    kind = ContenderSpec("toy", "a toy", batch_sizes=(1, 8))
    adapter = str(file.with_suffix(""))
    found = LibraryProcess(kind, Path(sys.executable), adapter, {"slow": 0.2}, threads=1)
    yield found
    found.stop()


def test_a_worker_scores_and_times_each_request(worker: LibraryProcess) -> None:
    worker.start(8)
    answered = worker.run(SEARCHES, at_once=False)
    assert answered.logits == ((1, 2, 3), (4,))
    assert sum(answered.request_seconds) <= answered.seconds
    assert worker.versions["numpy"]
    worker.stop()
    assert worker.pid is None
    worker.stop()


def test_what_arrives_at_once_waits_for_what_was_before_it(worker: LibraryProcess) -> None:
    worker.start(1)
    one, two = worker.run(SEARCHES, at_once=True).request_seconds
    assert two >= one + 0.2
    one, two = worker.run(SEARCHES, at_once=False).request_seconds
    assert min(one, two) >= 0.2


def test_failures_are_told_by_their_reason(worker: LibraryProcess) -> None:
    worker.start(8)
    with pytest.raises(ContenderFailed, match="ValueError: not this one"):
        worker.run([TextRequest("raise", ("x",))], at_once=False)
    assert worker.run(SEARCHES, at_once=False).logits  # it still works
    with pytest.raises(ContenderFailed, match=r"its process ended: .*and again"):
        worker.run([TextRequest("die", ("x",))], at_once=False)


def test_who_takes_too_long_is_given_up(
    worker: LibraryProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker.start(1)
    monkeypatch.setattr(library_process, "LIMIT_S", 0.1)
    with pytest.raises(ContenderFailed, match=r"^it had not answered after 0\.1 s$"):
        worker.run(SEARCHES, at_once=False)


def test_a_library_that_is_not_there_is_a_reason(tmp_path: Path) -> None:
    file = tmp_path / "adapter.py"
    file.write_text("import no_such_library")
    kind = ContenderSpec("toy", "a toy")
    found = LibraryProcess(kind, Path(sys.executable), str(file.with_suffix("")), {}, threads=1)
    with pytest.raises(ContenderFailed, match="ModuleNotFoundError"):
        found.start(None)
    found.stop()
    missing = LibraryProcess(kind, tmp_path / "python", "with_onnxruntime", {}, threads=1)
    with pytest.raises(ContenderFailed, match="does not start"):
        missing.start(None)
    missing.stop()


def test_the_fastest_batch_size_is_taken_and_rounds_are_kept(worker: LibraryProcess) -> None:
    entry = ContenderRun(worker)
    search_batch_size(entry, SEARCHES, [SEARCHES])
    assert entry.batch_size == 8
    assert entry.tried.keys() == {1, 8}
    assert worker.pid is None  # memory of the search does not count
    warm_up(entry, SEARCHES)
    assert entry.warm == ((1, 2, 3), (4,))
    measure([entry], "some", [SEARCHES, SEARCHES], at_once=False)
    assert [done.pairs for done in entry.rounds["some"]] == [4, 4]
    finish(entry)
    if sys.platform == "linux":
        assert entry.peak_mb is not None
        assert entry.peak_mb > 1


def test_who_fails_is_left_out_and_the_others_go_on(worker: LibraryProcess) -> None:
    absent, entry = (
        ContenderRun(UnavailableContender(ContenderSpec("gone", "gone"), "no such package")),
        ContenderRun(worker),
    )
    absent.attempt(lambda: warm_up(absent, SEARCHES))
    warm_up(entry, SEARCHES)
    measure([absent, entry], "some", [SEARCHES], at_once=False)
    assert absent.failed == "no such package"
    assert not absent.rounds
    assert len(entry.rounds["some"]) == 1
    measure([entry], "lost", [[TextRequest("lose", ("x", "y"))]], at_once=False)
    assert entry.failed == "it did not score every document once"
    assert worker.pid is None


class Noted(UnavailableContender):
    """Answers at once, and notes that it was its turn."""

    def __init__(self, key: str, turns: list[str]) -> None:
        super().__init__(ContenderSpec(key, key), "")
        self._turns = turns

    def run(self, searches: Sequence[TextRequest], *, at_once: bool) -> RoundResult:
        self._turns.append(self.kind.key)
        return RoundResult(1.0, (1.0,), ((0.0,),))


@pytest.mark.parametrize("contenders", ["ab", "abc"])
def test_the_order_changes_from_round_to_round(contenders: str) -> None:
    turns: list[str] = []
    entries = [ContenderRun(Noted(key, turns)) for key in contenders]
    rounds = 2 * len(contenders)
    measure(entries, "some", [[TextRequest("q", ("x",))]] * rounds, at_once=False)
    leading = turns[:: len(contenders)]
    assert sorted(leading) == sorted(2 * contenders)
    assert leading[0] != leading[1]


def test_a_process_is_read_whatever_its_name_is() -> None:
    line = "7 (a ) b) S 3 7 7 0 -1 4194560 1 2 3 4 10 20 30 40 20 0 1 0 5 6 7"
    assert parse_stat(line) == Stat(3, 100)


def test_a_tree_is_a_process_and_all_below_it() -> None:
    stats = {pid: Stat(parent, 0) for pid, parent in ((1, 0), (2, 1), (3, 2), (4, 1), (5, 9))}
    assert tree(2, stats) == {2, 3}
    assert tree(1, stats) == {1, 2, 3, 4}
    assert tree(8, stats) == set()


@linux
def test_cpu_time_and_memory_are_of_this_process_too() -> None:
    before = cpu_seconds(os.getpid())
    sum(n * n for n in range(2_000_000))
    after = cpu_seconds(os.getpid())
    assert before is not None
    assert after is not None
    assert after > before
    assert (peak_memory_mb(os.getpid()) or 0) > 10
    assert cpu_seconds(2**30) is None
    assert peak_memory_mb(None) is None


def test_scores_come_back_in_the_documents_order() -> None:
    rows = [{"index": 1, "relevance_score": 0.5}, {"index": 0, "relevance_score": -1}]
    assert read_scores({"results": rows}, 2) == (-1.0, 0.5)
    with pytest.raises(ContenderFailed, match="not understood"):
        read_scores({"results": rows[:1]}, 2)
    with pytest.raises(ContenderFailed, match="not understood"):
        read_scores("busy", 1)


def test_an_environment_is_made_once_and_a_failure_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls, uv = tmp_path / "calls", tmp_path / "bin" / "uv"
    uv.parent.mkdir()
    # As uv's `venv` it makes its last argument; its `pip` does nothing.
    script = f'#!/bin/sh\necho "$1" >> {calls}\n[ "$1" = venv ] || exit 0\n'
    uv.write_text(script + 'for home; do :; done; mkdir -p "$home"\n')
    uv.chmod(0o755)
    monkeypatch.setenv("PATH", f"{uv.parent}:{os.environ['PATH']}")
    python = environments.make("flashrank", tmp_path)
    assert python == tmp_path / "flashrank" / "bin" / "python"
    assert environments.make("flashrank", tmp_path) == python
    assert calls.read_text().split() == ["venv", "pip"]
    uv.write_text("#!/bin/sh\necho 'no route to anything' >&2\nexit 2\n")
    with pytest.raises(StartupError, match="cannot be made: no route to anything"):
        environments.make("fastembed", tmp_path)
