"""The reliability diagram: the share of relevant documents over the score that they had."""

from pathlib import Path

from sidecar.errors import StartupError
from sidecar.workshop.calibrating.cross_calibration import Calibrated

ENDINGS = (".svg", ".png")


def check_diagram(file: Path) -> None:
    """Raises StartupError where no diagram can be drawn to the file."""
    if file.suffix not in ENDINGS:
        raise StartupError(f"--diagram {file}: its name must end in {' or '.join(ENDINGS)}")
    if not file.parent.is_dir():
        raise StartupError(f"--diagram {file}: there is no folder {file.parent}")


def draw(found: Calibrated, file: Path) -> None:
    """Bins of documents before and after; on the diagonal scores are right."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5, 5), layout="constrained")
    axes = figure.subplots()
    axes.plot([0, 1], [0, 1], color="0.7", linewidth=1, label="right")
    for name, each, marker in (("as they were", found.before, "o"), ("held out", found.after, "s")):
        scores = [of_bin.score for of_bin in each.bins]
        shares = [of_bin.relevant for of_bin in each.bins]
        low = [max(0.0, of_bin.relevant - of_bin.low) for of_bin in each.bins]  # not -1e-17
        high = [max(0.0, of_bin.high - of_bin.relevant) for of_bin in each.bins]
        axes.errorbar(
            scores,
            shares,
            (low, high),
            marker=marker,
            linewidth=1,
            label=f"{name}, ECE {each.ece:.3f}",
        )
    axes.set(xlabel="score", ylabel="relevant", xlim=(0, 1), ylim=(0, 1))
    axes.legend(loc="upper left")
    figure.savefig(file)
