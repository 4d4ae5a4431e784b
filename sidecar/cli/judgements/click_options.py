"""The options of `rerank-sidecar judgements from-clicks`."""

from pathlib import Path
from typing import Annotated

import typer

from mappings import SearchEngine
from sidecar.workshop.clicks.choices import ClickModel, Exposure
from sidecar.workshop.judgements.formats import Format

Files = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="[FILES]...",
        help="JSON lines of UBI queries and events, in any order, plain or as .gz or .zst.",
        show_default=False,
    ),
]
Out = Annotated[Path, typer.Option(help="The judgements to write.")]
To = Annotated[
    Format | None,
    typer.Option(help="Their format. Default: the name says.", show_default=False),
]
WriteExamination = Annotated[
    Path | None,
    typer.Option(
        help="Also write how often each position is examined: for weights by inverse propensity.",
        dir_okay=False,
    ),
]
WriteEstimates = Annotated[
    Path | None,
    typer.Option(help="Also write every pair with its estimates, judged or not.", dir_okay=False),
]
Model = Annotated[
    ClickModel, typer.Option(help="The click model: position-based or dynamic Bayesian.")
]
Persistence = Annotated[
    float | None,
    typer.Option(
        min=0.01,
        max=1,
        help="dbn: the chance that an unsatisfied user goes on. 1 is the simplified model. "
        "Default: estimated.",
        show_default=False,
    ),
]
Examination = Annotated[
    Path | None,
    typer.Option(
        exists=True,
        dir_okay=False,
        help="pbm: how often each position is examined, as a file of --write-examination. "
        "Default: estimated.",
        show_default=False,
    ),
]
Grades = Annotated[
    str,
    typer.Option(
        help="The least relevance for grades 1, 2, ...: multiples of the odds of the mean, or "
        "probabilities such as 0.05,0.2,0.4."
    ),
]
MinSize = Annotated[
    float, typer.Option(min=0, help="The least effective sample size of a judgement.")
]
Prior = Annotated[
    float,
    typer.Option(min=0.01, help="How many imagined examinations of mean outcome each pair gets."),
]
Impressions = Annotated[
    list[str], typer.Option("--impression", help="An action that shows a document; repeatable.")
]
Clicks = Annotated[
    list[str], typer.Option("--click", help="An action that is a click; repeatable.")
]
Later = Annotated[
    list[str],
    typer.Option(
        "--action",
        help="A later action, the grade that it gives, and the least share of examinations in "
        "which it is taken; repeatable.",
    ),
]
ExposureChoice = Annotated[
    Exposure,
    typer.Option(help="Where shown documents come from: hits, else impressions; or one of them."),
]
MaxPosition = Annotated[int, typer.Option(min=1, help="Documents below it do not count.")]
RuleChanges = Annotated[
    list[str] | None,
    typer.Option(
        "--rule",
        help="Change a rule, such as searches_per_day=100, or switch it off: bots=off; repeatable. "
        "The summary lists them all.",
        show_default=False,
    ),
]
Application = Annotated[
    str | None, typer.Option(help="Count records of this application alone.", show_default=False)
]
Since = Annotated[
    str | None,
    typer.Option(help="Count searches from this time on (ISO 8601).", show_default=False),
]
Until = Annotated[
    str | None, typer.Option(help="Count searches before this time.", show_default=False)
]
MaxMalformed = Annotated[
    float, typer.Option(min=0, max=1, help="The largest share of lines that may be no records.")
]
FromCluster = Annotated[
    SearchEngine | None,
    typer.Option(help="Read a cluster's indices instead of files.", show_default=False),
]
EventsIndex = Annotated[str, typer.Option(help="The cluster's index or pattern of events.")]
QueriesIndex = Annotated[str, typer.Option(help="The cluster's index or pattern of queries.")]
