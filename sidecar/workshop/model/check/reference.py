"""The logits that a model folder's graphs are compared with."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sidecar.errors import ModelError
from sidecar.runtime.manifest import MANIFEST, Manifest
from sidecar.workshop.model.graphs import FP32
from sidecar.workshop.model.progress import Advance
from sidecar.workshop.model.runner import Floats, Runner
from sidecar.workshop.model.text_pair import TextPair

OWN = "its own fp32 graph"
CHUNK = 16
"""Pairs that the framework gets at a time; they are sorted by length."""


@dataclass(frozen=True)
class Reference:
    name: str
    """For the card: no path of this machine."""
    key: str
    """Of its files: logits with another key are another model's."""
    logits: Callable[[Sequence[TextPair], Advance], Floats]


def open_reference(against: str | None, folder: Path, manifest: Manifest) -> Reference | None:
    """The framework's logits for a Hugging Face folder or hub name, the fp32 graph's for a model
    folder; without `against` the folder's own fp32 graph, or None where it has none.

    Raises ModelError when there is no such source, or it is another model.
    """
    if against is None:
        return _graph(folder, manifest, OWN) if FP32 in manifest.graphs else None
    if (Path(against) / MANIFEST).is_file():
        other = Manifest.read(Path(against))
        if FP32 not in other.graphs:
            raise ModelError(f"{against} has no graph {FP32!r} to compare with")
        return _graph(Path(against), other, f"the fp32 graph of {other.name}")
    return _framework(against, manifest)


def _graph(folder: Path, manifest: Manifest, name: str) -> Reference:
    runner = Runner.open(folder, manifest, manifest.graphs[FP32])
    return Reference(name, " ".join(sorted(manifest.files.values())), runner.logits)


def _framework(against: str, manifest: Manifest) -> Reference:
    from sidecar.workshop.model.families import open_folder, source_name  # needs torch
    from sidecar.workshop.model.hub import fetch
    from sidecar.workshop.model.package import fingerprint

    settings = manifest.origin.settings if manifest.origin else {}
    local, name = fetch(against), source_name(against)
    source = open_folder(local, name, **settings)
    if (source.prompt, source.max_tokens) != (manifest.prompt, manifest.max_tokens):
        raise ModelError(
            f"{against} is not the source of this folder: it has another prompt or another "
            "longest pair"
        )

    def logits(pairs: Sequence[TextPair], tick: Advance) -> Floats:
        order = sorted(range(len(pairs)), key=lambda i: len(pairs[i][0]) + len(pairs[i][1]))
        found = np.empty(len(pairs))
        for start in range(0, len(order), CHUNK):
            part = order[start : start + CHUNK]
            found[part] = source.reference([pairs[i] for i in part])
            for _ in part:
                tick()
        return found

    return Reference(f"{name} by its framework", fingerprint(local, name, settings), logits)
