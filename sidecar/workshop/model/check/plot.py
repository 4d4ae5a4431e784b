"""The card's plot: logits against fp32 logits, and nDCG@10 with its intervals."""

from collections.abc import Mapping
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from sidecar.runtime.manifest import Manifest
from sidecar.workshop.model.check.logits import REFERENCE, fp32_logits
from sidecar.workshop.model.graphs import FP32
from sidecar.workshop.model.runner import Floats

DPI = 80
"""Low, to keep the model folder small."""


def draw(manifest: Manifest, logits: Mapping[str, Floats], path: Path) -> None:
    """Writes a PNG: the sample's logits where there is fp32 to compare with, and bars where quality
    was measured. With neither, the file is removed.

    `logits`: of the sample pairs, by scorer.
    """
    fp32 = fp32_logits(logits)
    graphs = [name for name in logits if name not in (FP32, REFERENCE)]
    panels = (fp32 is not None and bool(graphs)) + bool(manifest.quality)
    if not panels:
        path.unlink(missing_ok=True)
        return
    figure = Figure(figsize=(4.6 * panels, 3.6), layout="constrained")
    FigureCanvasAgg(figure)
    axes = iter(figure.subplots(1, panels, squeeze=False)[0])
    if fp32 is not None and graphs:
        _scatter(next(axes), fp32, {name: logits[name] for name in graphs})
    if manifest.quality:
        _bars(next(axes), manifest)
    part = path.with_name(f"{path.name}.part")
    figure.savefig(part, format="png", dpi=DPI, metadata={"Software": None})
    part.replace(path)


def _scatter(axes: Axes, fp32: Floats, by_graph: Mapping[str, Floats]) -> None:
    ends = (float(fp32.min()), float(fp32.max()))
    axes.plot(ends, ends, color="0.7", linewidth=1)
    for name, logits in by_graph.items():
        axes.scatter(fp32, logits, s=9, label=name)
    axes.set(xlabel="fp32 logit", ylabel="logit", title="calibration pairs")
    axes.legend(frameon=False)


def _bars(axes: Axes, manifest: Manifest) -> None:
    """One group of bars per collection, one bar per ranker, 95 % intervals."""
    intervals = manifest.check.intervals if manifest.check else {}
    keys = [key for key in next(iter(manifest.quality.values())) if key.endswith(" nDCG@10")]
    width = 0.8 / len(manifest.quality)
    for index, (ranker, values) in enumerate(manifest.quality.items()):
        means = [values[key] for key in keys]
        bounds = [intervals[ranker][key] for key in keys]
        errors = [
            [max(0.0, mean - low) for mean, (low, _) in zip(means, bounds, strict=True)],
            [max(0.0, high - mean) for mean, (_, high) in zip(means, bounds, strict=True)],
        ]
        positions = [group + (index + 0.5) * width - 0.4 for group in range(len(keys))]
        axes.bar(positions, means, width, yerr=errors, label=ranker, error_kw={"linewidth": 0.8})
    axes.set_xticks(range(len(keys)), [key.split(" ")[0] for key in keys], rotation=20)
    axes.set(title="nDCG@10", ylim=(0, 1.15))
    axes.legend(frameon=False, ncols=len(manifest.quality), fontsize="small")
