"""The options of the commands that read an experiment's log."""

from pathlib import Path
from typing import Annotated

import typer

File = Annotated[Path, typer.Argument(metavar="EXPERIMENT", help="The experiment's file (TOML).")]
Logs = Annotated[
    list[Path],
    typer.Argument(
        metavar="LOGS...",
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
