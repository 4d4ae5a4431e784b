"""A service with the limits that it has by default."""

from collections.abc import Iterator

import pytest

from sidecar.workshop.sidecar_process import SidecarProcess


@pytest.fixture(scope="package")
def server() -> Iterator[SidecarProcess]:
    with SidecarProcess() as process:
        yield process
