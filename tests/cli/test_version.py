"""The version, by option and by command."""

from importlib.metadata import version

import pytest
from typer.testing import CliRunner

from sidecar.cli import app


@pytest.mark.parametrize("arguments", [["--version"], ["version"]])
def test_the_version_of_the_distribution_is_printed(arguments: list[str]) -> None:
    result = CliRunner().invoke(app, arguments)
    assert (result.exit_code, result.output.strip()) == (0, version("rerank-sidecar"))


def test_the_option_wins_over_a_command() -> None:
    result = CliRunner().invoke(app, ["--version", "serve", "--port=nonsense"])
    assert (result.exit_code, result.output.strip()) == (0, version("rerank-sidecar"))


def test_without_arguments_the_help_is_shown() -> None:
    assert "Rerank Elasticsearch and OpenSearch hits" in CliRunner().invoke(app, []).output
