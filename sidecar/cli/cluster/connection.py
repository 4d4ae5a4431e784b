"""The official client of the cluster that the options name."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from es_integration import IntegrationError
from es_integration.cluster.login import connect
from sidecar.cli.cluster.options import login
from sidecar.errors import StartupError


@contextmanager
def connected(
    search_engine: str, url: str, api_key: str | None, user: str | None, ca: Path | None
) -> Iterator[Any]:
    """The official client. Inside the block, errors of the cluster and ValueError become
    StartupError."""
    try:
        with connect(search_engine, login(url, api_key, user, ca)) as client:
            yield client
    except (IntegrationError, ValueError) as error:
        raise StartupError(str(error)) from None
