"""`rerank-sidecar key new`: the key once, its hash in the file."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from click.testing import Result
from typer.testing import CliRunner

from sidecar.access.api_key import digest_of
from sidecar.access.key_file import parse_keys, read_keys
from sidecar.cli import app
from sidecar.errors import KeyFileError
from tests.http.key_files import entry, write


def new(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "sidecar", "key", "new", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def checked(file: Path) -> Result:
    return CliRunner().invoke(app, ["key", "check", str(file)])


def test_the_key_is_printed_and_its_hash_is_kept(tmp_path: Path) -> None:
    file = tmp_path / "keys.toml"
    asked = ("--scopes", "rerank, admin", "--days", "30", "--priority", "batch")
    done = new("shop", "--file", str(file), *asked, "--requests-per-minute", "5")
    assert (done.returncode, done.stderr) == (0, "")
    (line,) = done.stdout.splitlines()
    (key,) = read_keys(file)
    assert key.digest == digest_of(line.encode())
    assert line not in file.read_text()
    assert (key.name, key.scopes, key.priority) == ("shop", {"rerank", "admin"}, "batch")
    assert key.quota.requests_per_minute == 5
    assert key.expires is not None
    assert 29 <= (key.expires - datetime.now(UTC)).days <= 30


def test_without_a_file_the_entry_is_shown_beside_the_key() -> None:
    done = new("shop")
    (key,) = parse_keys(done.stderr.encode())
    assert key.digest == digest_of(done.stdout.strip().encode())


def test_what_no_file_may_hold_prints_no_key(tmp_path: Path) -> None:
    file = tmp_path / "keys.toml"
    for arguments in (["a b"], ["shop", "--scopes", "root"], ["shop", "--scopes", ""]):
        done = new(*arguments, "--file", str(file))
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.startswith("rerank-sidecar: ")
    assert os.listdir(tmp_path) == []


def test_a_file_is_listed_without_hashes(tmp_path: Path) -> None:
    file = write(
        tmp_path / "keys.toml",
        entry("shop", "s", "rerank metrics", "requests_per_minute = 5\nexpires = 2099-01-01")
        + entry("old", "o", more='priority = "batch"\nexpires = 2020-01-01T01:00:00+01:00'),
    )
    done = checked(file)
    assert done.exit_code == 0
    assert done.output.splitlines() == [
        "shop  metrics,rerank  interactive  5 requests per minute  expires 2099-01-01 00:00 UTC",
        "old  rerank  batch  expired 2020-01-01 00:00 UTC",
    ]


def test_a_file_that_the_service_would_refuse_is_refused(tmp_path: Path) -> None:
    done = checked(write(tmp_path / "keys.toml", entry("shop", "s") + entry("shop", "o")))
    assert isinstance(done.exception, KeyFileError)
    assert "two keys have the name shop" in done.exception.message
