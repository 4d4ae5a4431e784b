"""docs/threats.md: every defence names its test, and every attack is on the page."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "threats.md").read_text()
NAMED = set(re.findall(r"`(tests/[\w/]+\.py)`", PAGE))


def test_every_named_test_exists() -> None:
    assert len(NAMED) > 15
    assert sorted(name for name in NAMED if not (ROOT / name).is_file()) == []


def test_every_threat_names_a_test() -> None:
    tables = re.findall(r"\| threat \|.*\n\|---.*\n((?:\|.*\n)+)", PAGE)
    assert len(tables) == 3
    for row in "".join(tables).splitlines():
        assert re.search(r"`tests/[\w/]+\.py`[^|]*\|$", row), row


def test_every_attack_is_on_the_page() -> None:
    attacks = (ROOT / "tests" / "attacks").glob("test_*.py")
    assert {path.relative_to(ROOT).as_posix() for path in attacks} <= NAMED
