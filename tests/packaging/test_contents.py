"""The wheel and the sdist hold what docs/releasing.md says, no more and no less."""

import re
import tarfile
import zipfile
from collections import Counter
from pathlib import Path

import pytest
from packaging.metadata import Metadata

from sidecar import __version__
from tests.packaging.conftest import ROOT, Artefacts, build
from tests.test_docs_pages import PAGES, prose

PACKAGES = ("sidecar", "es_integration", "mappings")
DIST_INFO = f"rerank_sidecar-{__version__}.dist-info"
MAX_WHEEL_MB = 47.0
SUFFIXES = {
    *(".py", ".typed"),
    # Models, their cards, and the pairs that quantisation is measured on.
    *(".onnx", ".bin", ".json", ".md", ".png", ".jsonl"),
    # Word frequencies, court reporters, profiles, templates, scripts, requirements.
    *(".tsv", ".yaml", ".painless", ".txt"),
    # Which encoder teaches what, in a recipe.
    ".toml",
    # The playground.
    *(".html", ".js", ".css", ".svg"),
}
"""A new kind of file in the packages is added here on purpose, or not shipped."""


def checksums(wheel: Path) -> dict[str, int]:
    with zipfile.ZipFile(wheel) as archive:
        return {info.filename: info.CRC for info in archive.infolist()}


def in_the_tree() -> set[str]:
    return {
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }


def test_the_wheel_holds_the_packages_whole_and_nothing_else(artefacts: Artefacts) -> None:
    inside = set(checksums(artefacts.wheel))
    about = {name for name in inside if name.startswith(DIST_INFO)}
    assert inside - about == in_the_tree()
    assert f"{DIST_INFO}/licenses/LICENSE" in about


def test_every_kind_of_file_is_meant(artefacts: Artefacts) -> None:
    inside = [name for name in checksums(artefacts.wheel) if not name.startswith(DIST_INFO)]
    assert {Path(name).suffix for name in inside} == SUFFIXES


def test_the_sdist_builds_the_same_wheel_as_the_tree(artefacts: Artefacts, tmp_path: Path) -> None:
    build(ROOT, tmp_path, "--wheel")
    (wheel,) = tmp_path.glob("*.whl")
    assert checksums(wheel) == checksums(artefacts.wheel)


def test_the_sdist_holds_what_is_needed_to_build_and_test(artefacts: Artefacts) -> None:
    with tarfile.open(artefacts.sdist) as archive:
        inside = {Path(*Path(name).parts[1:]) for name in archive.getnames()}
    assert {path.parts[0] for path in inside} == {
        *(*PACKAGES, ".ci", "docker", "docs", "examples", "models", "tests"),
        *("CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "README.md", "pyproject.toml"),
        # hatchling adds both.
        *("PKG-INFO", ".gitignore"),
    }
    assert {Path(name) for name in in_the_tree()} <= inside


def test_the_sdists_pages_link_to_what_is_in_it(artefacts: Artefacts) -> None:
    with tarfile.open(artefacts.sdist) as archive:
        files = [Path(*Path(name).parts[1:]) for name in archive.getnames()]
    inside = {path for file in files for path in (file, *file.parents)}
    for page in PAGES:
        for link in re.findall(r"\]\((?!https?:)([^)#\s]+)", prose(page)):
            assert (page.parent / link).resolve().relative_to(ROOT) in inside, (page.name, link)


def test_the_documented_sizes_are_true(artefacts: Artefacts) -> None:
    assert artefacts.wheel.stat().st_size < MAX_WHEEL_MB * 1e6
    text = (ROOT / "docs" / "releasing.md").read_text()
    rows = re.findall(r"^\| `([^`*]+)\*?` \| ([\d,]+) kB \|", text, re.MULTILINE)
    documented = {prefix: int(size.replace(",", "")) for prefix, size in rows}
    packed = Counter[str]()
    with zipfile.ZipFile(artefacts.wheel) as archive:
        for info in archive.infolist():
            # The row with the longest prefix.
            row = max((row for row in documented if info.filename.startswith(row)), key=len)
            packed[row] += info.compress_size
    assert {row: packed[row] / 1e3 for row in documented} == pytest.approx(
        documented, rel=0.3, abs=15
    )


def test_the_metadata_is_valid_and_the_readme_is_the_description(artefacts: Artefacts) -> None:
    with zipfile.ZipFile(artefacts.wheel) as archive:
        raw = archive.read(f"{DIST_INFO}/METADATA")
    # Raises for each field that the index would refuse.
    metadata = Metadata.from_email(raw, validate=True)
    assert str(metadata.version) == __version__
    assert metadata.description_content_type == "text/markdown"
    assert metadata.description == (ROOT / "README.md").read_text()
    assert metadata.license_expression == "Apache-2.0"
    assert metadata.keywords
    assert metadata.classifiers


def test_the_changelog_has_the_version_and_its_date() -> None:
    text = (ROOT / "CHANGELOG.md").read_text()
    first, second = re.findall(r"^## (.*)$", text, re.MULTILINE)[:2]
    assert first == "Unreleased"
    assert re.fullmatch(rf"{re.escape(__version__)} - \d{{4}}-\d\d-\d\d", second)
