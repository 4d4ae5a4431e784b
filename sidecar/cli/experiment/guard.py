"""`rerank-sidecar experiment guard`: stops the arms that do harm; for a cron line."""

import time
from typing import Annotated

import typer

from sidecar.cli.cluster.options import ApiKey, Ca, Cluster, User
from sidecar.cli.experiment import options
from sidecar.cli.judgements.click_options import EventsIndex, FromCluster, QueriesIndex, Since


def guard_command(
    experiment: options.File,
    logs: options.Logs = None,
    metrics: options.Metrics = None,
    clicks: options.Clicks = ["click"],  # noqa: B006
    expected: options.Expected = 0.05,
    alpha: options.Alpha = 0.05,
    slow_ms: options.SlowMs = None,
    ratio: options.Ratio = 1.2,
    tolerance: options.Tolerance = 0.01,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be stopped, and stop nothing.")
    ] = False,
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
    """Stop the arms that do harm: failures, empty or slow searches, or fewer clicks.

    Prints a line for each, and exits with status 1 if there is any. Run it from cron, every few
    minutes: however often it looks, the chance of a false stop stays below --alpha.
    """
    from sidecar.workshop.experiments.analysis import (
        DEFAULT_METRICS,
        AnalysisSpec,
        analyse,
        stop_harmful_arms,
    )
    from sidecar.workshop.experiments.guardrails import Limits
    from sidecar.workshop.model.progress import no_progress

    now_s = time.time()
    login = (cluster, api_key, user, ca)
    indices = (queries_index, events_index)
    with options.log_reader(logs, from_cluster, login, indices, since) as read:
        spec = AnalysisSpec(
            file=experiment,
            read=read,
            metrics=(metrics or DEFAULT_METRICS)[:1],
            clicks=clicks,
            expected=expected,
            alpha=alpha / 2,  # the other half is the guardrails'
            limits=Limits(ratio, tolerance, slow_ms, alpha / 2),
            most_malformed=max_malformed,
            now_s=now_s,
        )
        analysis = analyse(spec, no_progress)
    for warning in analysis.warnings:
        typer.echo(f"warning: {warning}", err=True)
    if dry_run:
        reasons = analysis.reasons_to_stop()
    else:
        reasons = stop_harmful_arms(analysis, experiment, now_s)
    for arm, why in reasons.items():
        typer.echo(f"{'would stop' if dry_run else 'stopped'} {arm}: {why}")
    if reasons:
        raise typer.Exit(1)
