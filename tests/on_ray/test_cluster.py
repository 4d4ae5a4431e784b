"""A Ray that cannot be had is said in one line."""

import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sidecar.cli import app
from sidecar.errors import StartupError
from sidecar.workshop.sidecar_process import free_port
from tests.workshop.bulk.by_length import row, write_rows


def test_ray_that_is_not_installed_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    monkeypatch.setitem(sys.modules, "ray.data", None)
    source = write_rows(tmp_path / "in.jsonl", [row(1, "a")])
    arguments = ["rerank-file", str(source), str(tmp_path / "out.jsonl"), "--ray", "local"]
    result = CliRunner().invoke(app, arguments)
    assert isinstance(result.exception, StartupError)
    assert result.exception.message == '--ray needs Ray: pip install "rerank-sidecar[ray]"'
    assert [path.name for path in tmp_path.iterdir()] == ["in.jsonl"]


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("nowhere", "Ray at nowhere: is no HOST:PORT"),
        ("ray://127.0.0.1", "Ray at ray://127.0.0.1: is no HOST:PORT"),
        ("127.0.0.1:{port}", "Ray at 127.0.0.1:{port}: "),
    ],
)
def test_a_cluster_that_is_away_is_said(address: str, reason: str) -> None:
    cluster = pytest.importorskip("sidecar.on_ray.cluster", reason="needs the extra `ray`")
    port = str(free_port())
    away = cluster.Cluster(address.replace("{port}", port))
    with pytest.raises(StartupError) as raised, cluster.connected(away):
        pass
    assert reason.replace("{port}", port) in raised.value.message
    assert "\n" not in raised.value.message
