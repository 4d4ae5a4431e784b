"""A library in a process of its own: pipes, times, failures."""

from pathlib import Path

import pytest

from sidecar.workshop.bench.compare import library_process
from sidecar.workshop.bench.compare.contender import ContenderFailed, ContenderSpec, TextRequest
from sidecar.workshop.bench.compare.library_process import LibraryProcess
from tests.workshop.bench.compare.conftest import REQUESTS, toy_process


def test_it_scores_and_times_each_request(library: LibraryProcess) -> None:
    library.start(8)
    result = library.run(REQUESTS, at_once=False)
    assert result.logits == ((1, 2, 3), (4,))
    assert sum(result.request_seconds) <= result.seconds
    assert library.versions["numpy"]
    library.stop()
    assert library.pid is None
    library.stop()


def test_a_request_that_arrives_with_others_waits_for_those_before_it(
    library: LibraryProcess,
) -> None:
    library.start(1)
    first, second = library.run(REQUESTS, at_once=True).request_seconds
    assert second >= first + 0.2
    first, second = library.run(REQUESTS, at_once=False).request_seconds
    assert min(first, second) >= 0.2


def test_failures_carry_their_reason(library: LibraryProcess) -> None:
    library.start(8)
    with pytest.raises(ContenderFailed, match="ValueError: not this one"):
        library.run([TextRequest("raise", ("x",))], at_once=False)
    assert library.run(REQUESTS, at_once=False).logits  # it still works
    with pytest.raises(ContenderFailed, match=r"its process ended: .*and again"):
        library.run([TextRequest("die", ("x",))], at_once=False)


def test_a_round_that_takes_too_long_times_out(
    library: LibraryProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.start(1)
    monkeypatch.setattr(library_process, "TIMEOUT_S", 0.1)
    with pytest.raises(ContenderFailed, match=r"^it had not answered after 0\.1 s$"):
        library.run(REQUESTS, at_once=False)


def test_a_missing_library_or_interpreter_is_a_reason(tmp_path: Path) -> None:
    missing_library = toy_process(tmp_path, "import no_such_library")
    with pytest.raises(ContenderFailed, match="ModuleNotFoundError"):
        missing_library.start(None)
    missing_library.stop()
    missing_python = LibraryProcess(
        ContenderSpec("toy", "a toy"), tmp_path / "python", "with_onnxruntime", {}, threads=1
    )
    with pytest.raises(ContenderFailed, match="does not start"):
        missing_python.start(None)
    missing_python.stop()
