"""Hooks are loaded by entry point or file, and what is no hook is refused."""

from pathlib import Path

import pytest

from sidecar.errors import HookError, StartupError
from sidecar.hooks import GROUP, load
from tests.hooks.running import DOCUMENTS, running

HOOK = """
from dataclasses import dataclass
from sidecar.hooks import HookResult

@dataclass
class Own:
    part: float = 0.5

def document_hook(query, documents, context):
    return [HookResult({"part": Own().part}) for _ in documents]
"""


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / f"{name}.py"
    path.write_text(text, "utf-8")
    return path


async def test_a_file_is_a_hook_under_its_name(tmp_path: Path) -> None:
    loaded = load([write(tmp_path, "shop", HOOK)], installed=False)
    assert [str(hook) for hook in loaded] == ["hook shop (document)"]
    with running(*loaded) as hooks:
        result = await hooks.run("q", DOCUMENTS, {})
    assert [result.signals for result in result.documents] == [{"shop.part": 0.5}] * 2


def test_entry_points_come_by_name_and_before_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    write(tmp_path, "an_installed_hook", HOOK)
    installed = tmp_path / "a_package-1.0.dist-info"
    installed.mkdir()
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: a-package\nVersion: 1.0\n")
    (installed / "entry_points.txt").write_text(
        f"[{GROUP}]\nzeta = an_installed_hook\nalpha = an_installed_hook\n"
    )
    loaded = load([write(tmp_path, "shop", HOOK)])
    assert [hook.name for hook in loaded] == ["alpha", "zeta", "shop"]
    assert loaded[0].source == "entry point an_installed_hook"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "has no document_hook and no query_hook"),
        ("import no_such_module", "ModuleNotFoundError: No module named 'no_such_module'"),
        ("def document_hook(:", "SyntaxError"),
        ("document_hook = 3", "is not a plain function"),
        ("async def query_hook(query, context): ...", "is not a plain function"),
        ("def query_hook(query): ...", r"must take \(query, context\)"),
        ("def document_hook(query, context): ...", r"must take \(query, documents, context\)"),
    ],
)
def test_startup_fails_for_what_is_no_hook(tmp_path: Path, text: str, reason: str) -> None:
    path = write(tmp_path, "bad", text)
    with pytest.raises(HookError, match=reason) as caught:
        load([path], installed=False)
    assert isinstance(caught.value, StartupError)
    assert "hook bad" in caught.value.message
    assert str(path) in caught.value.message


def test_a_missing_file_and_a_name_taken_twice_are_refused(tmp_path: Path) -> None:
    with pytest.raises(HookError, match="is not a Python file"):
        load([tmp_path / "none.py"], installed=False)
    (tmp_path / "more").mkdir()
    files = [write(tmp_path, "shop", HOOK), write(tmp_path / "more", "shop", HOOK)]
    with pytest.raises(HookError, match=r"both .* have this name"):
        load(files, installed=False)
