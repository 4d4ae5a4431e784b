"""`rerank-sidecar canary`: `verify` again and again, in a process of its own."""

import signal
import threading
from typing import Annotated

import typer

from sidecar.cli.cluster.canary_rounds import CanaryRounds, seconds
from sidecar.cli.cluster.cluster_options import ClusterOptions, with_cluster_options
from sidecar.cli.cluster.verify import Index, not_read
from sidecar.errors import StartupError

Every = Annotated[float, typer.Option(parser=seconds, metavar="TIME", help="Between rounds.")]
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
    rounds = CanaryRounds.of(options, index, every)
    logs.configure("info")
    metrics = CanaryMetrics()
    try:
        server, _ = start_http_server(port, host, metrics.registry)
    except OSError as fault:
        raise StartupError(f"cannot listen on {host}:{port}: {fault.strerror}") from None
    structlog.get_logger("rerank").info(
        "listening", url=f"http://{host}:{server.server_port}/metrics"
    )
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    rounds.run(metrics, stop)
    server.shutdown()
