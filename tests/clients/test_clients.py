"""Every client's own environment against a real sidecar: `python -m tests.clients --short`.

Skipped where the environments are not made. RERANK_REQUIRE_CLIENTS=1 makes them, and fails where
that is not possible.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clients import venvs
from tests.clients.cases import CASES, STATUSES
from tests.clients.runner import Started, run, sidecars

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "examples" / "clients").glob("*.py"))
MAX_LINES = 40
"""Lines of an example."""


@pytest.fixture(scope="module")
def started() -> Iterator[Started]:
    with sidecars() as running:
        yield running


@pytest.mark.parametrize("name", venvs.names())
def test_the_clients_of(name: str, request: pytest.FixtureRequest) -> None:
    if os.environ.get("RERANK_REQUIRE_CLIENTS") == "1":
        venvs.make(name)
    elif not venvs.is_made(name):
        pytest.skip(f"environment {name} is not made: python -m tests.clients --make")
    lines = run(name, request.getfixturevalue("started"), short=True)
    assert {line.client for line in lines} == {c.name for c in CASES if c.environment == name}
    failed = [f"{line.client}, {line.check}: {line.failure}" for line in lines if line.failure]
    assert not failed, "\n".join(failed)


def test_every_example_is_run_in_every_environment_that_a_case_names() -> None:
    assert {case.example for case in CASES} == {path.name for path in EXAMPLES}
    assert {case.environment for case in CASES} == {*venvs.names()}
    assert all({*case.refusals} == {*STATUSES} for case in CASES)


def test_every_requirement_is_needed() -> None:
    """The tested packages, and what a tested client needs but does not require itself."""
    for name in venvs.names():
        lines = (venvs.REQUIREMENTS / f"{name}.txt").read_text().splitlines()
        required = {re.split(r"[<>=!]", line)[0] for line in lines if not line.startswith("#")}
        tested = {case.package for case in CASES if case.environment == name}
        assert tested <= required
        assert required - tested <= {"voyageai"}
        assert all(re.search(r">=.*,<", line) for line in lines if not line.startswith("#")), name


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_is_short_and_in_both_tables(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= MAX_LINES
    for page in ("examples/clients/README.md", "docs/clients.md"):
        assert path.name in (ROOT / page).read_text(), page
