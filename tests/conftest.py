"""What many tests share: the shipped model, loaded once, and a real server process."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from sidecar.runtime.manifest import Manifest
from sidecar.runtime.model_folder import shipped_model
from sidecar.runtime.onnx_session import OnnxSession
from sidecar.runtime.tokenizer import PairTokenizer
from sidecar.workshop.sidecar_process import SidecarProcess

# A busy machine must not fail a test: nothing here is timed.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

# What `rerank-sidecar tune` has kept on this machine is no matter of the tests.
os.environ["XDG_STATE_HOME"] = os.devnull


@pytest.hookimpl(optionalhook=True)  # pytest-xdist's.
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    from tests.scheduling import FolderScheduling

    return FolderScheduling(config, log)


@pytest.fixture(scope="session", autouse=True)
def folders_of_others(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What lies above the tests' own folder keeps its mode: other users have /tmp too."""
    above = tmp_path_factory.getbasetemp().parents
    before = {str(path): oct(path.stat().st_mode) for path in above}
    yield
    assert {str(path): oct(path.stat().st_mode) for path in above} == before


@pytest.fixture(scope="session")
def folder() -> Path:
    return shipped_model()


@pytest.fixture(scope="session")
def manifest(folder: Path) -> Manifest:
    return Manifest.read(folder)


@pytest.fixture(scope="session")
def tokenizer(folder: Path, manifest: Manifest) -> PairTokenizer:
    return PairTokenizer.open(folder, manifest)


@pytest.fixture(scope="session")
def int8(folder: Path, manifest: Manifest) -> OnnxSession:
    return OnnxSession.open(folder, manifest.graphs["int8"], "cpu")


@pytest.fixture(scope="session")
def float32(folder: Path, manifest: Manifest) -> OnnxSession:
    return OnnxSession.open(folder, manifest.graphs["float"], "cpu", threads=2)


@pytest.fixture(scope="session")
def server() -> Iterator[SidecarProcess]:
    """The shipped model behind a real port, in a process of its own."""
    with SidecarProcess({"max_body_bytes": 4 * 2**20}) as process:
        yield process
