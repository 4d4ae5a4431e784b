"""The model of a run beside others, on held-out queries, general collections and sample pairs."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from scipy import stats

from sidecar.errors import InputTooLong
from sidecar.runtime.manifest import Manifest
from sidecar.workshop.learning.errors import LearningError
from sidecar.workshop.learning.gate import Change
from sidecar.workshop.model.check.judged_collection import JudgedCollection, read_judged
from sidecar.workshop.model.check.quality import METRICS, measure
from sidecar.workshop.model.progress import BeginStep
from sidecar.workshop.model.quantization_sample import read_sample
from sidecar.workshop.model.runner import Floats, Runner


@dataclass(frozen=True)
class Folders:
    """The model folders that are compared."""

    new: Path
    serving: Path
    """Of the run that serves now."""
    first: Path
    """Of run 0."""


def read_kept(folders: Sequence[Path], max_queries: int) -> list[JudgedCollection]:
    """The general collections. Raises ModelError, and LearningError for one that is too small."""
    collections = [read_judged(folder, max_queries) for folder in folders]
    for folder, each in zip(folders, collections, strict=True):
        if len(each.pools) < 2:
            raise LearningError(f"--keep {folder} has one usable query; two are the least")
    return collections


def measure_lift(folders: Folders, held_out: JudgedCollection, begin_step: BeginStep) -> Change:
    """nDCG@10 of the held-out queries by the serving model and by the new one."""
    return _change(folders.serving, folders.new, held_out, "held-out queries", begin_step)


def measure_kept(
    folders: Folders, collections: Sequence[JudgedCollection], begin_step: BeginStep
) -> list[Change]:
    """nDCG@10 of each general collection by the model of run 0 and by the new one."""
    return [
        _change(folders.first, folders.new, each, each.name, begin_step) for each in collections
    ]


def measure_order(folders: Folders, begin_step: BeginStep) -> float:
    """Spearman's rank correlation of the logits of the package's sample pairs with run 0's."""
    pairs = read_sample().pairs
    advance = begin_step("gate: sample pairs", 2 * len(pairs))
    logits = [opened(each).logits(pairs, advance) for each in (folders.first, folders.new)]
    return round(float(stats.spearmanr(*logits)[0]), 4)


def opened(folder: Path) -> Runner:
    """What the service would run of the folder on a CPU. Raises ModelError or DeviceError."""
    manifest = Manifest.read(folder)
    return Runner.open(folder, manifest, manifest.graph_for("cpu")[1])


def _change(
    before: Path, after: Path, judged: JudgedCollection, name: str, begin_step: BeginStep
) -> Change:
    runners = [opened(before), opened(after)]
    judged = _readable(judged, runners)
    advance = begin_step(f"gate: {name}", 2 * len(judged.pairs))
    values: list[Floats] = [
        measure(judged, runner.logits(judged.pairs, advance)).values[METRICS[0]]
        for runner in runners
    ]
    return Change.between(name, *values)


def _readable(judged: JudgedCollection, runners: Sequence[Runner]) -> JudgedCollection:
    """Without the queries that leave no room for a document: a service cuts them."""

    def fits(query: str) -> bool:
        try:
            for runner in runners:
                runner.tokenizer.query(query)
        except InputTooLong:
            return False
        return True

    pools = tuple(pool for pool in judged.pools if fits(pool.query))
    if len(pools) < 2:
        raise LearningError(f"{judged.name}: nearly every query is too long for the model")
    return JudgedCollection(judged.name, judged.texts, pools, judged.threshold)
