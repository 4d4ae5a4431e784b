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
"""Pairs per call of the framework; all pairs are sorted by length first."""


@dataclass(frozen=True)
class Reference:
    """A source of fp32 logits."""

    name: str
    """For the card, without paths of this machine."""
    key: str
    """A digest of its files: cached logits with another key are another model's."""
    logits: Callable[[Sequence[TextPair], Advance], Floats]


def open_reference(against: str | None, folder: Path, manifest: Manifest) -> Reference | None:
    """What `against` names: a Hugging Face folder or hub name gives the framework's logits, a model
    folder those of its fp32 graph. Without it the folder's own fp32 graph, or None.

    Raises ModelError when there is no such source, or it is another model.
    """
    if against is None:
        return _graph(folder, manifest, OWN) if FP32 in manifest.graphs else None
    if (Path(against) / MANIFEST).is_file():
        other_manifest = Manifest.read(Path(against))
        if FP32 not in other_manifest.graphs:
            raise ModelError(f"{against} has no graph {FP32!r} to compare with")
        return _graph(Path(against), other_manifest, f"the fp32 graph of {other_manifest.name}")
    return _framework(against, manifest)


def _graph(folder: Path, manifest: Manifest, name: str) -> Reference:
    runner = Runner.open(folder, manifest, manifest.graphs[FP32])
    return Reference(name, " ".join(sorted(manifest.files.values())), runner.logits)


def _framework(against: str, manifest: Manifest) -> Reference:
    from sidecar.workshop.model.families import open_folder, source_name  # needs torch
    from sidecar.workshop.model.hub import fetch
    from sidecar.workshop.model.package import fingerprint

    settings = manifest.origin.settings if manifest.origin else {}
    source_folder, name = fetch(against), source_name(against)
    checkpoint = open_folder(source_folder, name, **settings)
    if (checkpoint.prompt, checkpoint.max_tokens) != (manifest.prompt, manifest.max_tokens):
        raise ModelError(
            f"{against} is not the source of this folder: it has another prompt or another "
            "longest pair"
        )

    def logits(pairs: Sequence[TextPair], advance: Advance) -> Floats:
        order = sorted(
            range(len(pairs)), key=lambda index: len(pairs[index][0]) + len(pairs[index][1])
        )
        values = np.empty(len(pairs))
        for start in range(0, len(order), CHUNK):
            indices = order[start : start + CHUNK]
            values[indices] = checkpoint.reference([pairs[index] for index in indices])
            for _ in indices:
                advance()
        return values

    return Reference(f"{name} by its framework", fingerprint(source_folder, name, settings), logits)
