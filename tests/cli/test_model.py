"""`rerank-sidecar model` where the extra `build` is not installed: the command line stays light."""

import subprocess
import sys

import pytest

from sidecar.cli.model import resumable, with_build
from sidecar.errors import StartupError


def missing(name: str) -> None:
    raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def test_a_missing_extra_is_one_line_that_says_what_to_install() -> None:
    with pytest.raises(StartupError, match=r"^torch is missing: pip install .*\[build,cpu\]"):
        with_build(missing)("torch")


def test_any_other_missing_module_is_a_bug_and_stays_one() -> None:
    with pytest.raises(ModuleNotFoundError):
        with_build(missing)("sidecar.nowhere")


def test_an_interrupted_command_says_that_it_can_be_taken_up(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        resumable(interrupted)()
    assert "the same command, without --force, keeps" in capsys.readouterr().err


def test_the_command_line_imports_no_framework() -> None:
    script = (
        "import sys, sidecar.cli; "
        "print([n for n in ('torch', 'transformers', 'onnx', 'onnxruntime') if n in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
