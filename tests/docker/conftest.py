"""The image as a folder, built once by the Dockerfile's own steps."""

import os
from pathlib import Path

import pytest

from tests.docker.base_folder import can_enter, make_base
from tests.docker.image_folder import Image, StepFailed, build
from tests.packaging.conftest import NO_INDEX

PIP_CACHE = Path.home() / ".cache" / "pip"


@pytest.fixture(scope="session")
def image(tmp_path_factory: pytest.TempPathFactory) -> Image:
    """For CPUs. Skips where nothing may be mounted, or no package index is reached;
    RERANK_REQUIRE_INSTALL=1 fails in the latter case."""
    folder = tmp_path_factory.mktemp("image")
    probe = folder / "probe"
    make_base(probe)
    if not can_enter(probe):
        pytest.skip("needs Linux, root, and leave to mount")
    PIP_CACHE.mkdir(parents=True, exist_ok=True)
    try:
        return build(folder, {"VERSION": "1.2.3"}, PIP_CACHE)
    except StepFailed as fault:
        if NO_INDEX in str(fault) and os.environ.get("RERANK_REQUIRE_INSTALL") != "1":
            pytest.skip("pip reaches no package index")
        raise
