"""docs/dialects.md has a row for each dialect; what it says of paths, marks and keys is true."""

import re
from pathlib import Path

import pytest

from sidecar.contracts.dialect import Dialect
from sidecar.contracts.dialects import DIALECTS

PAGE = (Path(__file__).parents[2] / "docs" / "dialects.md").read_text()
ROWS = [line.strip("| ").split(" | ") for line in PAGE.splitlines() if line.startswith("| `")]


def rows(dialect: Dialect) -> list[list[str]]:
    return [row for row in ROWS if f"`{dialect.name}`" in row[0].split(", ")]


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_a_dialect_has_its_row_of_paths(dialect: Dialect) -> None:
    row = next(row for row in rows(dialect) if row[-1].endswith(".py`"))
    words = set(re.findall(r"`([^`]+)`", " ".join(row)))
    assert {*dialect.paths, *dialect.shared_paths, *dialect.marks, *dialect.templates} <= words
    assert f"{dialect.body.__module__.rsplit('.', 1)[1]}.py" in words


@pytest.mark.parametrize(
    "dialect",
    [each for each in DIALECTS if not each.body.__module__.endswith(".search_engines")],
    ids=lambda dialect: dialect.name,
)
def test_the_dialect_of_an_api_has_its_row_of_differences(dialect: Dialect) -> None:
    assert [row for row in rows(dialect) if not row[-1].endswith(".py`")]
