"""`rerank-sidecar profile`."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from sidecar.cli import app
from sidecar.errors import StartupError


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["profile", *map(str, arguments)])


@pytest.fixture
def feed(tmp_path: Path) -> Path:
    path = tmp_path / "feed.jsonl"
    path.write_text('{"name": "Shoe", "sale_price": "40 USD", "foo": 1}\n{"name": "Boot"}\n')
    return path


def test_check_shows_the_fields_and_succeeds(feed: Path) -> None:
    result = run("check", "ecommerce", "--documents", feed, "--query", "shoe under 50")
    assert result.exit_code == 0, result.output
    assert "2 of 2" in result.output
    assert "keys that the profile does not know: foo (1)" in result.output
    assert "the query asks for price to 50" in result.output


def test_check_fails_where_nothing_is_read(feed: Path) -> None:
    with feed.open("a") as file:
        file.write('{"headline": "x"}\n')
    result = run("check", "ecommerce", "--documents", feed)
    assert result.exit_code == 1
    assert "1 of 3 documents have no field" in result.output


def test_a_profile_of_ones_own_is_a_file(feed: Path, tmp_path: Path) -> None:
    (tmp_path / "shoes.yaml").write_text("extends: ecommerce\nfields: {foo: {weight: 0}}\n")
    result = run("check", tmp_path / "shoes.yaml", "--documents", feed)
    assert result.exit_code == 0
    assert "does not know" not in result.output


@pytest.mark.parametrize("profile", ["shop", "none.yaml"])
def test_an_unknown_profile_is_named(feed: Path, profile: str) -> None:
    result = run("check", profile, "--documents", feed)
    assert isinstance(result.exception, StartupError)
    assert profile in result.exception.message


def test_schema_is_json() -> None:
    result = run("schema")
    assert result.exit_code == 0
    assert json.loads(result.output)["properties"]["fields"]
