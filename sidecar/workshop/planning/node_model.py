"""A measured node as a function: tokens of a pair -> seconds."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import orjson
from pydantic import TypeAdapter, ValidationError

from sidecar.errors import StartupError, first_fault
from sidecar.workshop.bench.load.node_figures import NodeFigures

Figure = Literal["pair_s", "alone_s", "cached_s"]


class NodeModel:
    """Between the measured lengths times are interpolated; beyond the longest one the last slope
    goes on, below the shortest one its time holds. Pure."""

    def __init__(self, figures: NodeFigures) -> None:
        self.figures = figures
        self._known: dict[tuple[Figure, int], float] = {}

    @property
    def worker_share(self) -> float:
        """Seconds that a worker loses for a core second of other work: on a CPU they have the same
        cores."""
        on_cpu = self.figures.device == "cpu"
        return self.figures.workers / self.figures.cores if on_cpu else 0.0

    @property
    def side_by_side(self) -> int:
        """Requests that are parsed, tokenised or answered at once."""
        return max(1, round(self.figures.side_by_side))

    def run_s(self, tokens: Sequence[int], *, alone: bool = False) -> float:
        """Seconds of a run of pairs of so many tokens; a pair that is `alone` on the device may
        use all of its cores. Where several share a run, it takes no less than one pair alone."""
        one_s = self._at("alone_s", max(tokens))
        if alone and len(tokens) == 1:
            return one_s
        return (
            max(self.pairs_s(tokens), one_s) if self.figures.token_budget else self.pairs_s(tokens)
        )

    def pairs_s(self, tokens: Sequence[int]) -> float:
        """Seconds of a worker for the pairs."""
        return sum(self._at("pair_s", each) for each in tokens)

    def around_s(self, tokens: Sequence[int]) -> float:
        """Core seconds for the pairs of a request beside their runs."""
        return sum(self._at("cached_s", each) for each in tokens)

    def idle_s(self, tokens: Sequence[int]) -> float:
        """Seconds of a query on a node that has nothing else to do."""
        around_s = self.figures.request_s + self.around_s(tokens)
        return around_s + self.pairs_s(tokens) / self.figures.workers

    def device_s(self, tokens: Sequence[int], known: float = 0.0) -> float:
        """Seconds of the whole device that a query takes, if its pairs are in the cache with a
        probability: one over the queries per second that it can do."""
        beside_s = (self.figures.request_s + self.around_s(tokens)) * self.worker_share
        workers_s = (1 - known) * self.pairs_s(tokens) + beside_s
        return workers_s / self.figures.workers

    def _at(self, figure: Figure, tokens: int) -> float:
        key = figure, tokens
        if key not in self._known:
            self._known[key] = self._interpolated(figure, tokens)
        return self._known[key]

    def _interpolated(self, figure: Figure, tokens: int) -> float:
        points = [(each.tokens, float(getattr(each, figure))) for each in self.figures.lengths]
        if tokens <= points[0][0] or len(points) == 1:
            return points[0][1] * max(1.0, tokens / points[0][0])
        place = next((n for n, (most, _) in enumerate(points) if tokens <= most), len(points) - 1)
        (less, before), (more, after) = points[place - 1], points[place]
        return max(0.0, before + (after - before) * (tokens - less) / (more - less))


def read_node(path: Path, model: str | None) -> NodeModel:
    """The node of a file of `bench load --json`. Raises StartupError with one line if it is none,
    or if its model is not the named one."""
    try:
        report = orjson.loads(path.read_bytes())
    except OSError as fault:
        raise StartupError(f"{path}: {fault.strerror}") from None
    except orjson.JSONDecodeError as fault:
        raise StartupError(f"{path} is not JSON: {fault}") from None
    found = report.get("node") if isinstance(report, dict) else None
    if found is None:
        raise StartupError(f"{path} has no measured node: write it with `bench load --json`")
    try:
        figures = TypeAdapter(NodeFigures).validate_python(found)
    except ValidationError as fault:
        raise StartupError(f"{path}: $.node: {first_fault(fault)}") from None
    _check(path, figures)
    if model is not None and figures.model != model:
        raise StartupError(
            f"{path} is a measurement of the model {figures.model}, and the traffic is for {model}"
        )
    return NodeModel(figures)


def _check(path: Path, figures: NodeFigures) -> None:
    lengths = [each.tokens for each in figures.lengths]
    if not lengths or lengths != sorted(set(lengths)) or lengths[0] < 1:
        raise StartupError(f"{path}: $.node.lengths: needs ascending lengths")
    if figures.workers < 1 or figures.cores < 1:
        raise StartupError(f"{path}: $.node: needs at least one worker and one core")
    seconds = [s for each in figures.lengths for s in (each.pair_s, each.alone_s)]
    others = [figures.request_s, *(each.cached_s for each in figures.lengths)]
    if not all(0 < each < float("inf") for each in seconds) or not all(
        0 <= each < float("inf") for each in others
    ):
        raise StartupError(f"{path}: $.node: a time is not above 0")
