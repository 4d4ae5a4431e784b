"""CONTRIBUTING.md and tests/README.md name the tests that there are, and CI skips none of them."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
TESTS = ROOT / "tests"
README = (TESTS / "README.md").read_text()
PAGES = (ROOT / "CONTRIBUTING.md").read_text() + README


def test_every_folder_of_tests_is_in_a_ring() -> None:
    rings = README.split("## Rings")[1].split("## What is skipped")[0]
    folders = {path.name for path in TESTS.iterdir() if any(path.glob("**/test_*.py"))}
    assert folders <= set(re.findall(r"`([\w/]+)`", rings))


def test_the_commands_name_what_is_there() -> None:
    paths = re.findall(r"\btests/[\w./*]*\w", PAGES)
    assert len(paths) > 10
    for path in paths:
        assert any(ROOT.glob(path)), path


def test_every_requirement_is_documented_and_made_by_ci() -> None:
    sources = [path.read_text() for path in TESTS.rglob("*.py")]
    required = {name for text in sources for name in re.findall(r"\bRERANK_REQUIRE_[A-Z]+", text)}
    ci = (ROOT / ".ci" / "run").read_text()
    for name in required:
        assert f"| `{name}` |" in README
        assert f"{name}=1" in ci
