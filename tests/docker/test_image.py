"""The image's file system serves: another user than root, nothing to write to, no capabilities."""

import json
import os
import signal
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from sidecar.workshop.sidecar_process import free_port
from tests.docker.image_folder import Image

START_LIMIT_S = 120.0


def run(image: Image, *command: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    inside, outer = image.inside(command, **environment)
    return subprocess.run(inside, env=outer, capture_output=True, text=True, check=False)


def healthy(image: Image, port: int) -> bool:
    """What the HEALTHCHECK says."""
    return run(image, *image.healthcheck, RERANK_PORT=str(port)).returncode == 0


class Container:
    """The image's own command, as Docker would start it."""

    def __init__(self, image: Image) -> None:
        self.image, self.port = image, free_port()
        inside, outer = image.inside(
            [*image.entrypoint, *image.command],
            RERANK_PORT=str(self.port),
            RERANK_HOST="127.0.0.1",
            RERANK_DRAIN_S="0",
        )
        self.process = subprocess.Popen(inside, env=outer, stdout=subprocess.DEVNULL)

    @property
    def pid(self) -> int:
        """Of the service, which is process 1 inside."""
        outer = self.process.pid
        return int(Path(f"/proc/{outer}/task/{outer}/children").read_text())

    def kill(self) -> None:
        """The signal that its parent's death sends is lost with root's rights."""
        if self.process.poll() is None:
            os.kill(self.pid, signal.SIGKILL)
        self.process.wait(10)

    def wait_healthy(self) -> None:
        limit = time.monotonic() + START_LIMIT_S
        while not healthy(self.image, self.port):
            assert self.process.poll() is None, "it ended"
            assert time.monotonic() < limit, "it is not ready"
            time.sleep(0.2)


@pytest.fixture(scope="module")
def container(image: Image) -> Iterator[Container]:
    started = Container(image)
    try:
        started.wait_healthy()
        yield started
    finally:
        started.kill()


def test_it_reranks_as_a_user_without_rights(container: Container) -> None:
    body = {"query": "red shoes", "documents": ["blue sock", "red running shoe"]}
    request = urllib.request.Request(
        f"http://127.0.0.1:{container.port}/v2/rerank",
        json.dumps(body).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        assert [result["index"] for result in json.load(answer)["results"]] == [1, 0]
    status = Path(f"/proc/{container.pid}/status").read_text()
    fields = dict(line.split(":\t", 1) for line in status.splitlines())
    assert {*fields["Uid"].split()} == {"10001"}
    assert {*fields["Gid"].split()} == {"10001"}
    assert fields["NoNewPrivs"] == "1"
    assert {int(fields[name], 16) for name in ("CapPrm", "CapEff", "CapBnd")} == {0}


def test_nothing_but_tmp_can_be_written(image: Image) -> None:
    script = "for f in / /opt/rerank /state /etc /tmp; do touch $f/x 2>/dev/null && echo $f; done"
    assert run(image, "sh", "-c", script).stdout.split() == ["/tmp"]


def test_without_a_read_only_root_the_state_can_be_kept(image: Image) -> None:
    assert (image.root / "state").stat().st_uid == 10001
    assert (image.root / "opt" / "rerank").stat().st_uid == 0


def test_the_image_holds_what_serves_and_canaries_and_not_what_built_it(image: Image) -> None:
    packages = {
        path.name.split("-")[0] for path in (image.root / "opt/rerank/lib").rglob("*.dist-info")
    }
    assert {"rerank_sidecar", "onnxruntime", "opensearch_py", "elasticsearch"} <= packages
    assert not packages & {"pip", "hatchling", "torch", "onnx"}
    assert not (image.root / "src").exists()
    assert image.labels["org.opencontainers.image.version"] == "1.2.3"


def test_what_does_not_serve_is_not_healthy(image: Image) -> None:
    assert not healthy(image, free_port())


def test_process_1_ends_well_when_it_is_told_to(image: Image) -> None:
    container = Container(image)
    try:
        container.wait_healthy()
        os.kill(container.pid, signal.SIGTERM)
        assert container.process.wait(30) == 0
    finally:
        container.kill()
