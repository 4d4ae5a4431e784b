"""A calibration on the screen."""

from rich.console import Console

from sidecar.workshop.calibrating.calibrate import CalibrateOutcome, CalibrateSpec
from sidecar.workshop.calibrating.cross_calibration import Calibrated
from sidecar.workshop.calibrating.kept_pairs import Calibrating, path_beside
from sidecar.workshop.calibrating.threshold import interval_text, threshold_lines
from sidecar.workshop.figure_table import figure_table


def print_outcome(
    spec: CalibrateSpec, outcome: CalibrateOutcome, earlier: Calibrating | None, console: Console
) -> None:
    """What was fitted, what it is worth and what was written; beside what was before, for a
    calibration that is carried over."""
    for note in outcome.judged.notes:
        say(console, f"note: {note}")
    print_reliability(outcome.calibrated, console)
    if spec.precision is not None:
        for line in threshold_lines(outcome.threshold, spec.precision):
            say(console, line)
    if earlier is not None:
        before = "none" if earlier.min_score is None else f"{earlier.min_score:.10g}"
        say(
            console,
            f"before: score revision {earlier.score_revision}, temperature "
            f"{earlier.temperature:g}, bias {earlier.bias:g}, min_score {before}",
        )
    say(
        console,
        f"wrote {spec.out}, for score revision {outcome.own.score_revision}, and beside it the "
        f"pairs, {path_beside(spec.out).name}",
    )


def print_reliability(found: Calibrated, console: Console) -> None:
    """ECE before and after, and the bins of documents after."""
    table = figure_table(
        f"calibration: temperature {found.calibration.temperature:g}, "
        f"bias {found.calibration.bias:g}",
        ("ECE", "by chance", "log loss"),
        names="scores",
        caption="held out; by chance: the ECE of as many scores that are right",
    )
    for name, each in (
        ("as they were", found.before),
        ("calibrated", found.after),
        ("isotonic, to compare", found.isotonic),
    ):
        table.add_row(name, f"{each.ece:.3f}", f"{each.chance:.3f}", f"{each.log_loss:.3f}")
    console.print(table)
    of_bins = figure_table(
        "documents by calibrated score", ("documents", "mean score", "relevant"), names=None
    )
    for each_bin in found.after.bins:
        of_bins.add_row(
            str(each_bin.count),
            f"{each_bin.score:.3f}",
            f"{each_bin.relevant:.3f} {interval_text((each_bin.low, each_bin.high), 2)}",
        )
    console.print(of_bins)


def say(console: Console, line: str) -> None:
    """A line as it is, whatever is in it and however long it is."""
    console.print(line, markup=False, highlight=False, soft_wrap=True)
