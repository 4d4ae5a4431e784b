"""A whole load benchmark: from its spec to its report.

node         what work of each length takes, for `plan`
capacity     what the sidecar does with the mix when it always has enough to do
steps        0.5 to 10 times that, as Poisson arrivals and as bursts
batch        pages of search results alone, and beside batch work at twice the capacity
greedy       pages of three API keys alone, and beside a fourth at four times the capacity
"""

import contextlib
import datetime
import math
import random
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from sidecar.access.api_key import digest_of, new_key
from sidecar.access.key_file import KeyEntry
from sidecar.runtime.manifest import Manifest
from sidecar.runtime.model_folder import shipped_model
from sidecar.runtime.tokenizer import PairTokenizer
from sidecar.workshop.bench.load.bounds import Bound, bounds
from sidecar.workshop.bench.load.generator import (
    BUSY_CLIENTS,
    PATIENT_S,
    SendPlan,
    Sent,
    send,
)
from sidecar.workshop.bench.load.node_figures import NodeFigures
from sidecar.workshop.bench.load.node_measurement import LENGTHS, Access, measure_node
from sidecar.workshop.bench.load.outcomes import (
    LatencyFigures,
    Pattern,
    StepFigures,
    answered_per_second,
)
from sidecar.workshop.bench.load.plan import (
    MIX,
    PAGE,
    SEARCH,
    Planned,
    bursts,
    mean_documents,
    mixed,
    of_kind,
    poisson,
)
from sidecar.workshop.bench.load.request_bytes import TEXTS, RequestBytes
from sidecar.workshop.bench.load.simulated_sidecar import MODULE
from sidecar.workshop.bench.machine import Machine, read_machine
from sidecar.workshop.sidecar_process import SERVE, SidecarProcess

CLIENTS = ("one", "two", "three")
GREEDY = "greedy"
PAGES_LOAD = 0.3
"""Of the capacity, in the steps that compare latencies."""
BATCH_LOAD = 2.0
GREEDY_LOAD = 4.0
PROBE_SHARES = (0.1, 0.6)
"""Of the seconds of a step, that the probes take. The first one warms up, and finds out how many
requests the second must have."""
MIN_PROBE = 4
"""Requests of a probe: by chance their texts are up to some 5 % longer or shorter than others."""
PATTERNS: Mapping[Pattern, Callable[[float, float, random.Random], list[float]]] = {
    "Poisson": poisson,
    "bursts": bursts,
}
COMPARED = ("batch", "greedy")
LOADS = (0.5, 1.0, 2.0, 4.0, 10.0)
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class LoadSpec:
    """What to send, and how long."""

    loads: tuple[float, ...] = LOADS
    seconds: float = 15.0
    """Of each step; answers may come later."""
    seed: int = 1
    model: Path | None = None
    simulated: float | None = None
    """Tokens per second of each of two simulated workers; None: the real model."""
    compare: tuple[str, ...] = COMPARED
    texts: int = TEXTS
    node_lengths: tuple[int, ...] = LENGTHS
    """Tokens of the pairs by which `plan` knows the node; without any it is not measured."""


@dataclass(frozen=True, slots=True)
class LoadReport:
    """Everything that is shown and written. Rates are documents per second."""

    date: str
    machine: Machine
    model: str
    seed: int
    seconds: float
    capacity: float
    """Of searches, while there is always one waiting."""
    node: NodeFigures | None
    steps: tuple[StepFigures, ...]
    batch: LatencyFigures | None
    greedy: LatencyFigures | None
    bounds: tuple[Bound, ...]


def run_load_benchmark(spec: LoadSpec, say: Say = lambda line: None) -> LoadReport:
    """Measures; `say` gets a line for each step. Raises StartupError when the model cannot be used
    or the sidecar fails."""
    folder = spec.model or shipped_model()
    manifest = Manifest.read(folder)
    manifest.check_reranker()
    name = f"simulated, {spec.simulated:g} tokens/s" if spec.simulated else manifest.name
    with _sidecar(spec, folder) as (url, keys):
        tokenizer = PairTokenizer.open(folder, manifest)
        requests = RequestBytes(tokenizer, keys, spec.seed, spec.texts)
        address = urlsplit(url)
        host, port = address.hostname or "127.0.0.1", address.port or 80

        def send_all(plan: Sequence[Planned], clients: int | None = None) -> Sent:
            return send(host, port, plan, requests.all_of(plan), clients)

        node = None
        if spec.node_lengths:
            access = Access(url, CLIENTS[0], keys[CLIENTS[0]])
            node = measure_node(access, requests, spec.seconds, spec.node_lengths, say)
        return replace(LoadSteps(spec, send_all, say).report(name), node=node)


class LoadSteps:
    """The steps against one sidecar, to which `send` sends a plan."""

    def __init__(
        self,
        spec: LoadSpec,
        send: SendPlan,
        say: Say = lambda line: None,
    ) -> None:
        self._spec = spec
        self._send = send
        self._say = say

    def report(self, model: str) -> LoadReport:
        """All steps, one after the other, with the model named so."""
        spec, machine = self._spec, read_machine()
        capacity = self.find_capacity()
        steps = tuple(
            self.step(multiple, pattern, capacity)
            for pattern in PATTERNS
            for multiple in spec.loads
        )
        batch = self.beside_batch(capacity) if "batch" in spec.compare else None
        greedy = self.beside_greedy(capacity) if "greedy" in spec.compare else None
        return LoadReport(
            date=datetime.date.today().isoformat(),
            machine=machine,
            model=model,
            seed=spec.seed,
            seconds=spec.seconds,
            capacity=capacity,
            node=None,
            steps=steps,
            batch=batch,
            greedy=greedy,
            bounds=tuple(bounds(steps, batch, greedy)),
        )

    def find_capacity(self) -> float:
        """Documents per second while it always has enough to do: searches of clients who send the
        next one as soon as they have an answer.

        Open loop would measure what chance offers: in 5 s seven searches come, give or take three,
        and the service has nothing to do before the first and after the last.
        """
        alone = self._send(of_kind(SEARCH, [0.0], 1.0, CLIENTS[:1]))
        capacity = SEARCH.documents / alone.outcomes[0].latency_s
        for share in PROBE_SHARES:
            wanted = share * self._spec.seconds * capacity / SEARCH.documents
            moments = [0.0] * max(MIN_PROBE, math.ceil(wanted))
            plan = [
                replace(planned, deadline_s=PATIENT_S)
                for planned in of_kind(SEARCH, moments, capacity, CLIENTS[:1])
            ]
            capacity = answered_per_second(self._send(plan, BUSY_CLIENTS))
        self._say(f"capacity: {capacity:.0f} documents/s")
        return capacity

    def step(self, load: float, pattern: Pattern, capacity: float) -> StepFigures:
        """The mix at a multiple of the capacity."""
        rng = random.Random(f"{self._spec.seed} {load} {pattern}")
        rate = load * capacity / mean_documents(MIX)
        moments = PATTERNS[pattern](rate, self._spec.seconds, rng)
        plan = mixed(moments, capacity, CLIENTS[0], rng)
        figures = StepFigures.of(load, pattern, self._send(plan))
        self._say(f"{pattern} at {load:g}: {figures.goodput:.0f} documents/s in time")
        return figures

    def beside_batch(self, capacity: float) -> LatencyFigures:
        """Pages of search results, and batch work of another key beside them."""
        pages = self._pages(capacity, CLIENTS[:1])
        work = self._searches(capacity, BATCH_LOAD, GREEDY, batch=True)
        return self._compared("batch", pages, work, CLIENTS[:1])

    def beside_greedy(self, capacity: float) -> LatencyFigures:
        """Pages of several keys, and searches of a greedy one beside them."""
        pages = self._pages(capacity, CLIENTS)
        work = self._searches(capacity, GREEDY_LOAD, GREEDY)
        return self._compared("a greedy key", pages, work, CLIENTS)

    def _compared(
        self, name: str, pages: list[Planned], work: list[Planned], clients: Sequence[str]
    ) -> LatencyFigures:
        alone, beside = self._send(pages), self._send([*pages, *work])
        figures = LatencyFigures.of(alone, beside, frozenset(clients))
        self._say(f"beside {name}: p99 {figures.beside_p99:.0f} ms, {figures.alone_p99:.0f} alone")
        return figures

    def _pages(self, capacity: float, clients: Sequence[str]) -> list[Planned]:
        rng = random.Random(f"{self._spec.seed} pages")
        rate = PAGES_LOAD * capacity / PAGE.documents
        return of_kind(PAGE, poisson(rate, self._spec.seconds, rng), capacity, clients)

    def _searches(
        self, capacity: float, load: float, client: str, *, batch: bool = False
    ) -> list[Planned]:
        rng = random.Random(f"{self._spec.seed} searches")
        rate = load * capacity / SEARCH.documents
        moments = poisson(rate, self._spec.seconds, rng)
        return of_kind(SEARCH, moments, capacity, [client], batch=batch)


@contextlib.contextmanager
def _sidecar(spec: LoadSpec, folder: Path) -> Iterator[tuple[str, Mapping[str, str]]]:
    """(URL, API keys of the clients by name) of the sidecar to measure, in a process of its own."""
    keys = {name: new_key() for name in (*CLIENTS, GREEDY)}
    entries = [KeyEntry.of(digest_of(key.encode()), name=name) for name, key in keys.items()]
    module = SERVE if spec.simulated is None else (MODULE, str(spec.simulated))
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "keys.toml"
        path.touch(0o600)
        path.write_text("\n".join(entry.toml() for entry in entries))
        settings: dict[str, object] = {"api_keys_file": path, "deadline_ms": 3_600_000}
        if spec.simulated is None:
            settings["model"] = folder
        with SidecarProcess(settings, module=module) as process:
            yield process.url, keys
