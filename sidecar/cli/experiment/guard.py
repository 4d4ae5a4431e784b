"""`rerank-sidecar experiment guard`: stops the arms that do harm; for a cron line."""

import time
from typing import Annotated

import typer

from sidecar.cli.experiment import options


def guard_command(
    experiment: options.File,
    logs: options.Logs,
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

    spec = AnalysisSpec(
        file=experiment,
        logs=logs,
        metrics=(metrics or DEFAULT_METRICS)[:1],
        clicks=clicks,
        expected=expected,
        alpha=alpha / 2,  # the other half is the guardrails'
        limits=Limits(ratio, tolerance, slow_ms, alpha / 2),
        most_malformed=max_malformed,
    )
    analysis = analyse(spec, no_progress)
    for warning in analysis.warnings:
        typer.echo(f"warning: {warning}", err=True)
    if dry_run:
        reasons = analysis.reasons_to_stop()
    else:
        reasons = stop_harmful_arms(analysis, experiment, time.time())
    for arm, why in reasons.items():
        typer.echo(f"{'would stop' if dry_run else 'stopped'} {arm}: {why}")
    if reasons:
        raise typer.Exit(1)
