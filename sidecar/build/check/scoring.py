"""Logits of every graph and of the reference on every set of pairs; a broken-off check goes on."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from sidecar.build.calibration_pairs import TextPair
from sidecar.build.check.reference import OWN, Reference
from sidecar.build.precisions import FP32
from sidecar.build.runner import Floats, Runner, Start, Tick
from sidecar.engine.manifest import Manifest
from sidecar.engine.session import onnxruntime_version

CALIBRATION = "calibration"
REFERENCE = "reference"
Logits = dict[str, dict[str, Floats]]
"""set of pairs -> graph, or REFERENCE -> logits"""


class Known:
    """Logits in a file beside the folder, by the model's files and the pairs."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: dict[str, list[float]] = {}
        if path.is_file():
            for line in path.read_text(encoding="utf8").splitlines():
                try:
                    row = json.loads(line)
                except ValueError:  # the last line of a process that was killed
                    continue
                self._known[row["key"]] = row["logits"]

    def get(self, key: str) -> Floats | None:
        return np.array(self._known[key]) if key in self._known else None

    def put(self, key: str, logits: Floats) -> Floats:
        with self._path.open("a", encoding="utf8") as file:
            file.write(json.dumps({"key": key, "logits": logits.tolist()}) + "\n")
        return logits

    def remove(self) -> None:
        self._path.unlink(missing_ok=True)


def score_all(
    folder: Path,
    manifest: Manifest,
    reference: Reference | None,
    sets: Mapping[str, Sequence[TextPair]],
    known: Known,
    start: Start,
) -> Logits:
    """Every graph on every set. The reference too, but on a judged set only where the folder has
    no fp32 graph: a framework takes much longer, and the fp32 graph's parity with it is known."""
    found: Logits = {}
    for set_name, pairs in sets.items():
        found[set_name] = {}
        for name, graph in manifest.graphs.items():
            key = _key([*sorted(manifest.files.values()), name, onnxruntime_version()], pairs)
            logits = known.get(key)
            if logits is None:
                runner = Runner.open(folder, manifest, graph)
                tick = start(f"{set_name}: {name}", len(pairs))
                logits = known.put(key, runner.logits(pairs, tick))
            found[set_name][name] = logits
        if reference is None:
            continue
        if reference.name == OWN:
            found[set_name][REFERENCE] = found[set_name][FP32]
        elif set_name == CALIBRATION or FP32 not in manifest.graphs:
            tick = start(f"{set_name}: {reference.name}", len(pairs))
            found[set_name][REFERENCE] = _of_reference(reference, pairs, known, tick)
    return found


def _of_reference(
    reference: Reference, pairs: Sequence[TextPair], known: Known, tick: Tick
) -> Floats:
    key = _key([reference.name, reference.key], pairs)
    logits = known.get(key)
    return known.put(key, reference.logits(pairs, tick)) if logits is None else logits


def baseline(logits: Mapping[str, Floats]) -> Floats | None:
    """The fp32 logits of one set: the folder's own graph's, else the reference's, else None."""
    return logits.get(FP32, logits.get(REFERENCE))


def _key(parts: list[str], pairs: Sequence[TextPair]) -> str:
    return hashlib.sha256("\n".join([*parts, repr(list(pairs))]).encode()).hexdigest()[:24]
