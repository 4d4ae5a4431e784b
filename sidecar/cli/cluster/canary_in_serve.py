"""The canary inside `serve`, by the settings `canary_*`: a thread beside the event loop."""

import shlex
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from functools import partial
from typing import Any

import typer

from sidecar.cli.cluster.canary import canary_command
from sidecar.cli.cluster.canary_rounds import CanaryRounds
from sidecar.cli.cluster.cluster_options import ClusterOptions
from sidecar.errors import StartupError
from sidecar.http.serve import Companion
from sidecar.http.service import Service
from sidecar.settings import Settings
from sidecar.telemetry.canary_metrics import CanaryMetrics

_USAGE_ERROR: type[Exception] = typer.BadParameter.__bases__[0]
"""Of click, or of the copy of click that newer versions of typer bring."""


def canary_of(settings: Settings) -> Companion | None:
    """What runs the canary beside a service, None without `canary_engine`. The command line of
    `rerank-sidecar canary` is made of the settings and read as usual: the environment's variables
    for clusters count, for secrets too.

    Raises StartupError for options that no cluster would make work.
    """
    if settings.canary_engine is None:
        return None
    given = {
        "--cluster": settings.canary_cluster,
        "--sidecar": settings.canary_sidecar,
        "--profile": settings.canary_profile,
        "--index": settings.canary_index,
        "--every": settings.canary_every,
    }
    arguments: list[str] = [settings.canary_engine]
    for flag, value in given.items():
        arguments += [] if value is None else [flag, value]
    values = _parsed([*arguments, *_split(settings.canary_options or "")])
    options = ClusterOptions(**{field.name: values[field.name] for field in fields(ClusterOptions)})
    return partial(_beside, CanaryRounds.of(options, values["index"], values["every"]))


def _split(options: str) -> list[str]:
    try:
        return shlex.split(options)
    except ValueError as fault:  # a quote that is not closed
        raise StartupError(f"setting canary_options: {fault}") from None


def _parsed(arguments: list[str]) -> dict[str, Any]:
    app = typer.Typer(add_completion=False)
    app.command("canary", add_help_option=False)(canary_command)
    try:
        return typer.main.get_command(app).make_context("canary", arguments).params
    except _USAGE_ERROR as fault:
        raise StartupError(f"settings canary_*: {fault}") from None


@contextmanager
def _beside(rounds: CanaryRounds, service: Service) -> Iterator[None]:
    """Rounds in a daemon thread, so that one that hangs keeps no stopping service alive."""
    stop = threading.Event()
    metrics = CanaryMetrics(service.metrics.registry)
    thread = threading.Thread(target=rounds.run, args=(metrics, stop), name="canary", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
