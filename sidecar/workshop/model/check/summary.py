"""What is to be known of a checked model, in one line per graph that can be pasted elsewhere."""

from collections.abc import Iterator
from pathlib import Path
from statistics import fmean

from sidecar.runtime.cores import read_cpu
from sidecar.runtime.manifest import Manifest
from sidecar.workshop.model.check.quality import METRICS
from sidecar.workshop.model.check.speed import PAIRS, Speed, measure_speed
from sidecar.workshop.model.folder_files import format_size
from sidecar.workshop.model.quantization_sample import read_sample
from sidecar.workshop.model.runner import Runner


def summary_lines(folder: Path, manifest: Manifest) -> Iterator[str]:
    """Speed, size and quality of each graph that may run on a CPU. Measures the speed."""
    size = sum((folder / name).stat().st_size for name in manifest.files)
    pairs = read_sample().subset(PAIRS)
    for name, graph in manifest.graphs.items():
        if "cpu" in graph.devices:
            runner = Runner.open(folder, manifest, graph)
            speed = measure_speed(runner, runner.encoded(pairs))
            yield line(manifest, name, size, speed, read_cpu().name)


def line(manifest: Manifest, graph: str, size: int, speed: Speed, cpu: str) -> str:
    """Such as "minilm-en int8: 68.1 pairs/s per core at 121 tokens (AMD EPYC 9R14), 23.7 MB,
    nDCG@10 / MRR@10 0.769 / 0.706 (wikiqa_dev)"."""
    parts = [
        f"{speed.pairs_per_second:.3g} pairs/s per core at {speed.tokens:.0f} tokens ({cpu})",
        format_size(size),
    ]
    if measured := _measured(manifest, graph):
        parts.append(f"{' / '.join(METRICS)} {', '.join(measured)}")
    return f"{manifest.name} {graph}: {', '.join(parts)}"


def _measured(manifest: Manifest, graph: str) -> list[str]:
    """Both measures of each collection, then their means."""
    values = manifest.quality.get(graph, {})
    names = [key.removesuffix(f" {METRICS[0]}") for key in values if key.endswith(METRICS[0])]
    rows = {name: [values[f"{name} {metric}"] for metric in METRICS] for name in names}
    if len(rows) > 1:
        rows["mean"] = [fmean(row[place] for row in rows.values()) for place in range(len(METRICS))]
    return [f"{' / '.join(f'{value:.3f}' for value in row)} ({name})" for name, row in rows.items()]
