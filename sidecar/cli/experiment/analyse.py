"""`rerank-sidecar experiment analyse`: is an arm better than the control?"""

import time
from pathlib import Path
from typing import Annotated

import typer

from sidecar.cli.cluster.options import ApiKey, Ca, Cluster, User
from sidecar.cli.experiment import options
from sidecar.cli.judgements.click_options import EventsIndex, FromCluster, QueriesIndex, Since


def analyse_command(
    experiment: options.File,
    logs: options.Logs = None,
    metrics: options.Metrics = None,
    clicks: options.Clicks = ["click"],  # noqa: B006
    expected: options.Expected = 0.05,
    alpha: options.Alpha = 0.05,
    slow_ms: options.SlowMs = None,
    ratio: options.Ratio = 1.2,
    tolerance: options.Tolerance = 0.01,
    json: Annotated[
        Path | None, typer.Option(help="Also write every figure.", dir_okay=False)
    ] = None,
    max_malformed: options.MaxMalformed = 0.01,
    from_cluster: FromCluster = None,
    cluster: Cluster = "http://localhost:9200",
    events_index: EventsIndex = "ubi_events",
    queries_index: QueriesIndex = "ubi_queries",
    since: Since = None,
    api_key: ApiKey = None,
    user: User = None,
    ca: Ca = None,
) -> None:
    """Compare the arms of an experiment by its log, whenever you like: looking early is no sin."""
    from rich.console import Console

    from sidecar.cli.model.progress import bars
    from sidecar.workshop.experiments.analysis import DEFAULT_METRICS, AnalysisSpec, analyse
    from sidecar.workshop.experiments.guardrails import Limits
    from sidecar.workshop.experiments.outcome_report import write_report
    from sidecar.workshop.experiments.outcome_tables import show

    login = (cluster, api_key, user, ca)
    indices = (queries_index, events_index)
    with (
        options.log_reader(logs, from_cluster, login, indices, since) as read,
        bars() as begin_step,
    ):
        spec = AnalysisSpec(
            file=experiment,
            read=read,
            metrics=metrics or DEFAULT_METRICS,
            clicks=clicks,
            expected=expected,
            alpha=alpha,
            limits=Limits(ratio, tolerance, slow_ms),
            most_malformed=max_malformed,
            now_s=time.time(),
        )
        analysis = analyse(spec, begin_step)
    show(analysis, Console())
    if json is not None:
        write_report(analysis, json)
