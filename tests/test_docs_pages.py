"""Every page that users read: its links lead somewhere, its JSON parses, its commands exist."""

import json
import re
import shlex
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import typer

from sidecar.cli import app

ROOT = Path(__file__).parent.parent
PAGES = [
    *(ROOT / name for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md")),
    ROOT / "tests" / "README.md",
    *sorted((ROOT / "docs").rglob("*.md")),
    ROOT / "docker" / "README.md",
    *sorted((ROOT / "examples").rglob("README.md")),
]
every_page = pytest.mark.parametrize(
    "page", PAGES, ids=lambda page: str(page.relative_to(ROOT).with_suffix(""))
)


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


def prose(page: Path) -> str:
    """The page without its code blocks."""
    return re.sub(r"^```.*?^```", "", page.read_text(), flags=re.DOTALL | re.MULTILINE)


def anchors(page: Path) -> set[str]:
    """What GitHub makes of the page's headings: repeated ones are numbered."""
    seen: Counter[str] = Counter()
    found = set()
    for heading in re.findall(r"^#+ (.*)$", prose(page), re.MULTILINE):
        text = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading).lower()
        anchor = re.sub(r"[^\w\- ]", "", text).replace(" ", "-")
        found.add(f"{anchor}-{seen[anchor]}" if seen[anchor] else anchor)
        seen[anchor] += 1
    return found


@every_page
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\((?!https?:)([^)\s]+)\)", prose(page)):
        path, _, anchor = target.partition("#")
        linked = (page.parent / path).resolve() if path else page
        assert linked.exists(), target
        assert not anchor or anchor in anchors(linked), target


def test_every_page_can_be_found_from_the_readme() -> None:
    reached, waiting = set(), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in reached:
            continue
        reached.add(page)
        links = re.findall(r"\]\((?!https?:)([^)#\s]+\.md)", page.read_text())
        waiting += [(page.parent / link).resolve() for link in links]
    assert set(PAGES) <= reached


@every_page
def test_files_that_are_named_exist(page: Path) -> None:
    named = re.findall(
        r"`((?:sidecar|es_integration|mappings|tests|docker|examples)/[\w./-]+)`", prose(page)
    )
    for path in named:
        assert (ROOT / path).exists(), path


@every_page
def test_json_blocks_parse(page: Path) -> None:
    for block in blocks(page.read_text(), "json"):
        json.loads(block)


@every_page
def test_rows_of_a_table_have_as_many_cells_as_its_head(page: Path) -> None:
    for table in re.findall(r"(?:^\|.*\n)+", prose(page), re.MULTILINE):
        head, *rows = (re.findall(r"(?<!\\)\|", row) for row in table.splitlines())
        for number, row in enumerate(rows):
            assert len(row) == len(head), table.splitlines()[number + 1]
        # A blank line within a table leaves rows behind that are no table.
        assert re.fullmatch(r"[|: -]+", table.splitlines()[min(1, len(rows))]), table


def commands(page: Path) -> list[list[str]]:
    """The arguments of each `rerank-sidecar ...` line in the page's shell blocks."""
    lines = [
        shlex.split(line, comments=True)
        for block in blocks(page.read_text(), "(?:sh|bash)?")
        for line in block.replace("\\\n", " ").splitlines()
        if line.startswith("rerank-sidecar ")
    ]
    return [line[1:] for line in lines]


def test_commands_are_shown() -> None:
    assert sum(len(commands(page)) for page in PAGES) > 30


@every_page
def test_commands_and_their_options_exist(page: Path) -> None:
    for arguments in commands(page):
        command: Any = typer.main.get_command(app)
        for word in arguments:
            command = getattr(command, "commands", {}).get(word, command)
        known = {
            name for option in command.params for name in (*option.opts, *option.secondary_opts)
        }
        shown = {word.split("=")[0] for word in arguments if word.startswith("--")}
        assert command.callback is not None, arguments
        assert shown <= known, (arguments, shown - known)
