"""docs/architecture.md names files that are there, and every package of the service."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "docs" / "architecture.md").read_text()
PATHS = sorted(
    {
        path
        for path in re.findall(r"`([\w./-]+?(?:\.py|/))`", TEXT)
        if "<" not in path and "/" in path.removesuffix("/")
    }
)
PACKAGES = sorted(path.parent.name for path in (ROOT / "sidecar").glob("*/__init__.py"))


@pytest.mark.parametrize("path", PATHS)
def test_a_file_that_it_names_is_there(path: str) -> None:
    assert any((folder / path).exists() for folder in (ROOT, ROOT / "sidecar")), path


@pytest.mark.parametrize("package", PACKAGES)
def test_every_package_has_its_row(package: str) -> None:
    assert f"`{package}/`" in TEXT


def test_every_module_of_the_service_has_its_row() -> None:
    modules = {path.stem for path in (ROOT / "sidecar").glob("[a-z]*.py")}
    assert {module for module in modules if f"`{module}`" not in TEXT} == set()
