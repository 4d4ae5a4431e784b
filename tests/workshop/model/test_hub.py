"""A hub name instead of a folder, against a small hub of our own that speaks the real protocol."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="building models needs the extra `build`")

from sidecar.runtime.manifest import Manifest
from tests.workshop.model.classifiers import save_modular

COMMIT = "c0ffee" + "0" * 34
NAME = "some-org/tiny-bert"


class Hub(ThreadingHTTPServer):
    """Serves one repository, and records what was downloaded."""

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.folder = folder
        self.downloaded: list[str] = []
        self.status = HTTPStatus.OK
        self.gated = False
        self.cut = ""
        """A file whose transfer breaks off half-way."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Hub
    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        path = self.path.split("?")[0]
        if self.server.status != HTTPStatus.OK:
            return self._send(self.server.status, b"{}")
        if self.server.gated:
            return self._send(HTTPStatus.FORBIDDEN, b"{}", {"X-Error-Code": "GatedRepo"})
        if path.startswith(f"/api/models/{NAME}/tree/"):
            return self._send(HTTPStatus.OK, json.dumps(self._tree()).encode())
        if path.startswith(f"/api/models/{NAME}"):
            return self._send(HTTPStatus.OK, json.dumps(self._info()).encode())
        if path.startswith(f"/{NAME}/resolve/"):
            return self._file(path.removeprefix(f"/{NAME}/resolve/").partition("/")[2])
        self._send(HTTPStatus.NOT_FOUND, b"{}", {"X-Error-Code": "RepoNotFound"})

    def _info(self) -> dict[str, object]:
        files = [{"rfilename": file["path"]} for file in self._tree()]
        return {"id": NAME, "sha": COMMIT, "siblings": files}

    def _tree(self) -> list[dict[str, object]]:
        return [
            {"type": "file", "path": path, "size": file.stat().st_size, "oid": _oid(file)}
            for file in sorted(self.server.folder.rglob("*"))
            if file.is_file() and (path := file.relative_to(self.server.folder).as_posix())
        ]

    def _file(self, name: str) -> None:
        file = self.server.folder / name
        if not file.exists():
            return self._send(HTTPStatus.NOT_FOUND, b"", {"X-Error-Code": "EntryNotFound"})
        if self.command == "GET":
            self.server.downloaded.append(name)
        headers = {"ETag": f'"{_oid(file)}"', "X-Repo-Commit": COMMIT}
        self._send(HTTPStatus.OK, file.read_bytes(), headers, cut=name == self.server.cut)

    def _send(
        self,
        status: HTTPStatus,
        body: bytes,
        headers: dict[str, str] | None = None,
        cut: bool = False,
    ) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body[: len(body) // 2] if cut else body)
        self.close_connection = cut

    def log_message(self, format: str, *arguments: object) -> None:
        pass


def _oid(file: Path) -> str:
    return hashlib.sha1(file.read_bytes(), usedforsecurity=False).hexdigest()


@pytest.fixture
def hub(bert: Path, tmp_path: Path) -> Iterator[Hub]:
    folder = tmp_path / "repository"
    folder.mkdir()
    for file in bert.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    (folder / "modeling_tiny.py").write_text("raise SystemExit('never run')")
    (folder / "pytorch_model.bin").write_bytes(b"not downloaded where there are safetensors")
    with Hub(folder) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def export(hub: Hub, tmp_path: Path) -> "Export":
    return Export(hub.url, tmp_path)


class Export:
    """`rerank-sidecar model export` with the hub at `url` and a cache of its own."""

    def __init__(self, url: str, tmp_path: Path) -> None:
        self.folder = tmp_path / "model"
        unset = {"HF_HUB_OFFLINE", "HF_TOKEN", "http_proxy", "HTTP_PROXY"}
        kept = {name: value for name, value in os.environ.items() if name not in unset}
        self.environment = kept | {
            "HF_ENDPOINT": url,
            "HF_HOME": str(tmp_path / "cache"),
            "HF_HUB_DISABLE_XET": "1",
            "HF_HUB_ETAG_TIMEOUT": "2",
        }

    def __call__(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "sidecar", "model", "export", *arguments, str(self.folder)]
        return subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=900,
            check=False,
            env=self.environment,
        )

    def refused(self, *arguments: str) -> str:
        """The last line of a command that ends with status 1 and writes no folder."""
        result = self(*arguments)
        assert result.returncode == 1, result.stdout
        assert not self.folder.exists()
        return result.stderr.splitlines()[-1]


def test_a_hub_name_is_downloaded_once_and_exported(hub: Hub, export: Export) -> None:
    result = export(NAME)
    assert result.returncode == 0, result.stderr
    manifest = Manifest.read(export.folder)
    assert manifest.name == NAME
    assert manifest.origin is not None
    assert manifest.origin.source == NAME
    assert {"config.json", "model.safetensors", "tokenizer.json"} <= set(hub.downloaded)
    assert not {"modeling_tiny.py", "pytorch_model.bin"} & set(hub.downloaded)

    hub.downloaded.clear()
    assert "is there already" in export(NAME).stdout
    assert hub.downloaded == []

    export.environment |= {"HF_ENDPOINT": "http://127.0.0.1:9"}
    assert "is there already" in export(NAME).stdout, "what the cache holds needs no network"


def test_the_folders_of_modules_come_too_and_no_others(hub: Hub, export: Export) -> None:
    shutil.rmtree(hub.folder)
    save_modular(hub.folder)
    (hub.folder / "onnx").mkdir()
    (hub.folder / "onnx" / "config.json").write_text("{}")
    result = export(NAME)
    assert result.returncode == 0, result.stderr
    assert {"2_Dense/model.safetensors", "4_Dense/config.json"} <= set(hub.downloaded)
    assert not any(path.startswith("onnx/") for path in hub.downloaded)

    export.environment |= {"HF_ENDPOINT": "http://127.0.0.1:9"}
    assert "is there already" in export(NAME).stdout, "what the cache holds needs no network"


def test_no_such_model(export: Export) -> None:
    line = export.refused("some-org/other")
    assert line.startswith("rerank-sidecar: some-org/other cannot be downloaded: ")
    assert "no such folder here, and no such model on the hub" in line


def test_a_gated_model(hub: Hub, export: Export) -> None:
    hub.gated = True
    assert "accept its terms on the hub, then set HF_TOKEN" in export.refused(NAME)


def test_a_hub_that_fails(hub: Hub, export: Export) -> None:
    hub.status = HTTPStatus.INTERNAL_SERVER_ERROR
    assert "the hub answers 500: try again later" in export.refused(NAME)


def test_no_network(export: Export) -> None:
    export.environment |= {"HF_ENDPOINT": "http://127.0.0.1:9"}
    line = export.refused(NAME)
    assert "the hub cannot be reached and the cache lacks it: the same command goes on" in line


def test_a_transfer_that_breaks_off_and_is_taken_up_again(hub: Hub, export: Export) -> None:
    hub.cut = "model.safetensors"
    assert "the same command goes on where it ended" in export.refused(NAME)
    hub.cut = ""
    hub.downloaded.clear()
    assert export(NAME).returncode == 0
    assert "tokenizer.json" not in hub.downloaded
    Manifest.read(export.folder)
