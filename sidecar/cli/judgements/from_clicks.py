"""`rerank-sidecar judgements from-clicks`: graded judgements from what users clicked."""

from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from mappings import SearchEngine
from sidecar.cli.cluster.options import ApiKey, Ca, Cluster, User
from sidecar.cli.judgements import click_options as options
from sidecar.cli.model.progress import bars
from sidecar.workshop.clicks.choices import ClickModel, Exposure

if TYPE_CHECKING:
    from sidecar.workshop.clicks.judging import JudgingOptions
    from sidecar.workshop.clicks.run import ReadRecords
    from sidecar.workshop.model.progress import BeginStep


def from_clicks_command(
    out: options.Out,
    files: options.Files = None,
    to: options.To = None,
    write_examination: options.WriteExamination = None,
    write_estimates: options.WriteEstimates = None,
    model: options.Model = ClickModel.PBM,
    persistence: options.Persistence = None,
    examination: options.Examination = None,
    grades: options.Grades = "0.5x,1.5x,3x",
    min_size: options.MinSize = 10.0,
    prior: options.Prior = 1.0,
    impressions: options.Impressions = ["impression"],  # noqa: B006
    clicks: options.Clicks = ["click"],  # noqa: B006
    later: options.Later = ["add_to_cart=2:0.02", "purchase=3:0.01"],  # noqa: B006
    exposure: options.ExposureChoice = Exposure.AUTO,
    max_position: options.MaxPosition = 50,
    rules: options.RuleChanges = None,
    application: options.Application = None,
    since: options.Since = None,
    until: options.Until = None,
    max_malformed: options.MaxMalformed = 0.01,
    from_cluster: options.FromCluster = None,
    cluster: Cluster = "http://localhost:9200",
    events_index: options.EventsIndex = "ubi_events",
    queries_index: options.QueriesIndex = "ubi_queries",
    api_key: ApiKey = None,
    user: User = None,
    ca: Ca = None,
) -> None:
    """Make graded judgements from what users clicked, by a click model.

    Reads User Behavior Insights 1.3: queries and events. Shows what was left out and why.
    """
    from rich.console import Console
    from scipy import special  # noqa: F401  a minute of work would end without it

    from sidecar.workshop.clicks.actions import Actions, read_later_action
    from sidecar.workshop.clicks.rules import read_rules
    from sidecar.workshop.clicks.run import ClicksSpec, Outputs, read_time, run
    from sidecar.workshop.clicks.summary import show, warnings
    from sidecar.workshop.clicks.ubi import ClicksError

    if (from_cluster is None) == (not files):
        raise ClicksError("give files with UBI queries and events, or --from-cluster")
    if out.resolve() in {file.resolve() for file in files or ()}:
        raise ClicksError(f"--out is {out}, which is read")
    try:
        actions = Actions(
            tuple(impressions), tuple(clicks), tuple(read_later_action(text) for text in later)
        )
        outputs = Outputs(out, to, write_examination, write_estimates)
        spec = ClicksSpec(
            actions,
            read_rules(rules or ()),
            exposure,
            max_position,
            -inf if since is None else read_time(since),
            inf if until is None else read_time(until),
            application,
            max_malformed,
            _judging(model, persistence, examination, prior, grades, min_size),
        )
    except ValueError as fault:
        raise ClicksError(str(fault)) from None
    with bars() as begin_step:
        if from_cluster is None:
            read = _files(files or [], begin_step)
        else:
            login = (cluster, api_key, user, ca)
            indices = (queries_index, events_index)
            read = _cluster(from_cluster, login, indices, spec.since_s, begin_step)
        summary, lost = run(spec, outputs, read, begin_step)
    show(summary, Console())
    for line in (*warnings(summary), *lost):
        typer.echo(line, err=True)
    if not summary.judged.enough.any():
        raise typer.Exit(1)
    typer.echo(f"{out}: {int(summary.judged.enough.sum()):,} judgements")


def _judging(
    model: ClickModel,
    persistence: float | None,
    examination: Path | None,
    prior: float,
    grades: str,
    min_size: float,
) -> "JudgingOptions":
    """Raises ValueError, or ClicksError for options of the other model."""
    from sidecar.workshop.clicks.examination_file import read_examination
    from sidecar.workshop.clicks.grading import read_thresholds
    from sidecar.workshop.clicks.judging import JudgingOptions

    if model is ClickModel.PBM and persistence is not None:
        raise ValueError("--persistence is an option of --model dbn")
    if model is ClickModel.DBN and examination is not None:
        raise ValueError("--examination is an option of --model pbm")
    known = None if examination is None else read_examination(examination)
    return JudgingOptions(model, persistence, known, prior, read_thresholds(grades), min_size)


def _files(files: list[Path], begin_step: "BeginStep") -> "ReadRecords":
    from sidecar.workshop.clicks.record_files import read_files
    from sidecar.workshop.clicks.ubi import records

    return lambda add, tally: read_files(files, add, tally, begin_step, records)


def _cluster(
    search_engine: SearchEngine,
    login: Any,
    indices: tuple[str, str],
    since_s: float,
    begin_step: "BeginStep",
) -> "ReadRecords":
    """Reads from that time on; what is too late is left out afterwards, when it is known which
    searches the later events belong to."""
    from sidecar.cli.cluster.connection import connected
    from sidecar.workshop.clicks.cluster_records import read_cluster

    def read(add: Any, tally: Any) -> None:
        with connected(search_engine, *login) as client:
            read_cluster(client, indices, add, tally, begin_step, since_s=since_s)

    return read
