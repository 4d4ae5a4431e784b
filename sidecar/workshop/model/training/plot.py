"""The loss over a run, from its log."""

import json
from pathlib import Path


def plot_loss(log: Path, file: Path) -> None:
    """Writes a small PNG: the mean loss between two log events, over the steps."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    events = [json.loads(line) for line in log.read_text().splitlines()]
    figure, axes = pyplot.subplots(figsize=(6, 3), layout="constrained")
    axes.plot([e["step"] for e in events], [e["loss"] for e in events], marker=".")
    axes.set_xlabel("step")
    axes.set_ylabel("listwise cross-entropy")
    axes.grid(alpha=0.3)
    figure.savefig(file, dpi=90)
    pyplot.close(figure)
