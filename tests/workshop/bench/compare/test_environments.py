"""A peer's Python environment, by a uv that only records its calls."""

import os
from pathlib import Path

import pytest

from sidecar.errors import StartupError
from sidecar.workshop.bench.compare import environments


def test_an_environment_is_made_once_and_a_failure_has_its_reason(
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
