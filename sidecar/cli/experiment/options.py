"""The options of the commands that read an experiment's log."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mappings import SearchEngine

if TYPE_CHECKING:
    from sidecar.workshop.experiments.analysis import ReadRecords

File = Annotated[Path, typer.Argument(metavar="EXPERIMENT", help="The experiment's file (TOML).")]
Logs = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="[LOGS]...",
        show_default=False,
        help="The log and the clicks: JSON lines in UBI's form, plain or as .gz or .zst, and "
        "folders of them.",
    ),
]
Metrics = Annotated[
    list[str] | None,
    typer.Option(
        "--metric",
        help="Mean over searches: clicked, clicks, mrr (1 / the place of the best click), or an "
        "action such as purchase; repeatable, the first decides. Default: clicked, mrr, clicks.",
        show_default=False,
    ),
]
Clicks = Annotated[
    list[str], typer.Option("--click", help="An action that is a click; repeatable.")
]
Expected = Annotated[
    float,
    typer.Option(
        min=0.0001,
        max=10,
        help="A change that would be no surprise, as a share of the control's mean. Choose it "
        "before the experiment: the test is most sensitive there.",
    ),
]
Alpha = Annotated[
    float,
    typer.Option(min=1e-6, max=0.5, help="The chance of a false alarm, of all arms together."),
]
SlowMs = Annotated[
    float | None,
    typer.Option(
        min=0,
        help="From which a search is slow. Default: the 95th percentile of the first 250 of the "
        "control.",
        show_default=False,
    ),
]
Ratio = Annotated[
    float,
    typer.Option(
        min=1, help="How many times as frequent as the control's a trouble of an arm may be."
    ),
]
Tolerance = Annotated[
    float,
    typer.Option(min=0, max=1, help="The share of units by which an arm may be worse, besides."),
]
MaxMalformed = Annotated[
    float, typer.Option(min=0, max=1, help="The largest share of lines that may be no records.")
]


@contextmanager
def log_reader(
    logs: list[Path] | None,
    search_engine: SearchEngine | None,
    login: tuple[str, str | None, str | None, Path | None],
    indices: tuple[str, str],
    since: str | None,
) -> Iterator["ReadRecords"]:
    """What reads the log while the block runs: from files, or from a cluster. Raises AnalysisError
    for neither and for both."""
    from math import inf

    from sidecar.cli.cluster.connection import connected
    from sidecar.workshop.clicks.run import read_time
    from sidecar.workshop.experiments.analysis import AnalysisError, from_cluster, from_files

    if (search_engine is None) == (not logs):
        raise AnalysisError("give files of the log, or --from-cluster")
    if search_engine is None:
        if since is not None:
            raise AnalysisError("--since goes with --from-cluster: files are read whole")
        yield from_files(logs or ())
        return
    since_s = -inf if since is None else read_time(since)
    with connected(search_engine, *login) as client:
        yield from_cluster(client, indices, since_s)
