"""`rerank-sidecar canary`: `verify` again and again, as metrics and log lines."""

import re
import signal
import threading
import time
from typing import TYPE_CHECKING, Annotated

import typer

from sidecar.cli.cluster.cluster_options import ClusterOptions, with_cluster_options
from sidecar.cli.cluster.verify import Index, not_read
from sidecar.errors import StartupError

if TYPE_CHECKING:
    from es_integration.cluster.check import Report
    from es_integration.cluster_spec import ClusterSpec

_UNITS_S = {"s": 1.0, "m": 60.0, "h": 3600.0}


def _seconds(text: str) -> float:
    """Of "60s", "5m", "1h"."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)([smh])", text)
    seconds = float(match[1]) * _UNITS_S[match[2]] if match else 0.0
    if not 0 < seconds <= threading.TIMEOUT_MAX:
        raise typer.BadParameter("write it as 30s, 5m or 1h")
    return seconds


Every = Annotated[float, typer.Option(parser=_seconds, metavar="TIME", help="Between rounds.")]
Host = Annotated[str, typer.Option(help="Address of the metrics.")]
Port = Annotated[int, typer.Option(min=0, max=65535, help="Port of the metrics.")]


@with_cluster_options
def canary_command(
    options: ClusterOptions,
    index: Index = None,
    every: Every = "60s",  # type: ignore[assignment]
    host: Host = "127.0.0.1",
    port: Port = 9109,
) -> None:
    """Keep checking that the cluster's searches are reranked, and export it as metrics.

    Every round does what `verify` does, but for the time of a page: a known query goes from the
    cluster's node to the sidecar, and its documents must come back in the model's order. Give the
    options that `install` was given, and --index to search an index too. Runs until it is stopped.
    """
    import structlog
    from prometheus_client import start_http_server

    from sidecar.telemetry import logs
    from sidecar.telemetry.canary_metrics import CanaryMetrics

    not_read(options)
    with options.client():  # No call yet: options that no cluster could help end the canary here.
        spec = options.spec()
        spec.check()
    logs.configure("info")
    log = structlog.get_logger("rerank")
    metrics = CanaryMetrics()
    try:
        server, _ = start_http_server(port, host, metrics.registry)
    except OSError as fault:
        raise StartupError(f"cannot listen on {host}:{port}: {fault.strerror}") from None
    log.info("listening", url=f"http://{host}:{server.server_port}/metrics")
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    while not stop.is_set():
        start = time.monotonic()
        report = _round(options, spec, index)
        seconds = time.monotonic() - start
        passed = metrics.record({c.name: c.passed for c in report}, seconds, time.time())
        failed = [{"check": c.name, "detail": c.detail} for c in report if not c.passed]
        (log.info if passed else log.error)(
            "canary", ok=passed, ms=round(seconds * 1000, 1), failed=failed
        )
        stop.wait(max(0.0, every - seconds))
    server.shutdown()


def _round(options: ClusterOptions, spec: "ClusterSpec", index: str | None) -> "Report":
    """The checks of `verify`; a cluster that cannot be asked is a failed check of its own."""
    from es_integration.cluster.check import Check
    from es_integration.cluster.procedure import run
    from es_integration.deployment import verify

    try:
        with options.client() as client:
            return run(client, verify(spec, index, timed=False))
    except StartupError as fault:
        return (Check("cluster", False, fault.message),)
