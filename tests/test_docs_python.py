"""docs/python.md runs as it is printed, and every Python block of the docs compiles."""

import re
from pathlib import Path

import pytest

from sidecar.workshop.sidecar_process import SidecarProcess

DOCS = Path(__file__).parent.parent / "docs"
BLOCK = re.compile(r"^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)
IN_PROCESS, OVER_HTTP = BLOCK.findall((DOCS / "python.md").read_text())


@pytest.mark.parametrize("page", sorted(DOCS.rglob("*.md")), ids=lambda page: page.stem)
def test_python_blocks_compile(page: Path) -> None:
    for block in BLOCK.findall(page.read_text()):
        compile(block, str(page), "exec")


def test_the_model_in_this_process(capsys: pytest.CaptureFixture[str]) -> None:
    exec(IN_PROCESS, {})
    index, score = capsys.readouterr().out.split()
    assert index == "1"
    assert 0.9 < float(score) < 1


def test_the_shares_above_a_threshold(capsys: pytest.CaptureFixture[str]) -> None:
    (program,) = BLOCK.findall((DOCS / "thresholds.md").read_text())
    exec(program, {})
    lines = capsys.readouterr().out.splitlines()
    shares = [tuple(map(int, re.findall(r"([0-9]+)%", line))) for line in lines]
    assert len(shares) == 5
    assert shares == sorted(shares, reverse=True)
    assert shares[2][0] == 100


def test_the_client_over_http(server: SidecarProcess, capsys: pytest.CaptureFixture[str]) -> None:
    example = OVER_HTTP.replace("http://127.0.0.1:8080", server.url)
    exec(example.replace("timeout=2.0", "timeout=60.0"), {})
    assert capsys.readouterr().out == "['Red running shoe', 'Plain sock']\n"


def test_the_client_without_a_service(capsys: pytest.CaptureFixture[str]) -> None:
    exec(OVER_HTTP.replace("8080", "1"), {})
    order, reason = capsys.readouterr().out.splitlines()
    assert order == "['Plain sock', 'Red running shoe']"
    assert reason.startswith("not reranked: http://127.0.0.1:1/v2/rerank: ")
