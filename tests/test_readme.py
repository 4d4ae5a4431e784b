"""README is true where a machine can tell."""

import re
import subprocess
from pathlib import Path

import pytest

from sidecar.cli.settings import settings_table
from sidecar.contracts.routes import ROUTES
from sidecar.settings import Settings
from sidecar.telemetry.metrics import Metrics

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
DOCS = README + "".join(path.read_text() for path in sorted((ROOT / "docs").glob("*.md")))


def first_commands() -> list[str]:
    """The first two shell blocks: run the main job, run the tests."""
    return re.findall(r"```bash\n(.*?)```", README, re.DOTALL)[:2]


def test_it_starts_with_the_two_commands() -> None:
    demo, tests = first_commands()
    assert demo.strip().endswith("rerank-sidecar demo")
    assert tests.strip().endswith("pytest")


def test_ci_runs_the_readmes_test_command() -> None:
    assert first_commands()[1].strip() in (ROOT / ".ci" / "run").read_text()


def test_the_settings_table_is_the_one_that_the_command_prints() -> None:
    assert settings_table() in README, "run `rerank-sidecar settings` and put it into README"


@pytest.mark.parametrize("path", ROUTES)
def test_every_route_is_named(path: str) -> None:
    assert f"`{path}`" in README


def test_every_metric_is_documented() -> None:
    metrics = Metrics()
    for family in metrics.registry.collect():
        assert family.name in DOCS


def test_every_json_block_of_the_docs_parses() -> None:
    import json

    blocks = re.findall(r"```json\n(.*?)```", DOCS, re.DOTALL)
    assert blocks
    for block in blocks:
        json.loads(block)


def test_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\((?!http|#)([^)#]+)", README):
        assert (ROOT / target).exists(), target


def test_shell_scripts_parse() -> None:
    subprocess.run(["bash", "-n", str(ROOT / ".ci" / "run")], check=True)


def test_settings_have_help() -> None:
    assert all(field.description for field in Settings.model_fields.values())
