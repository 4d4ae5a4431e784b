"""Sidecars that have a core each, and the one client that asks them."""

import contextlib
import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from sidecar.workshop.bench.compare.process_usage import cpu_seconds
from sidecar.workshop.bench.load.generator import BUSY_CLIENTS, PATIENT_S, Outcome, Sent, send
from sidecar.workshop.bench.load.plan import Kind, Planned
from sidecar.workshop.bench.load.request_bytes import RequestBytes
from sidecar.workshop.planning.arrivals import Query
from sidecar.workshop.sidecar_process import SERVE, SidecarProcess

CLIENT = "one"
Plan = tuple[list[Planned], list[bytes]]


@dataclass(frozen=True, slots=True)
class Answers:
    """What came back from all nodes."""

    outcomes: Sequence[Sequence[Outcome]]
    """Of each node, in the order of its queries."""
    nodes_s: Sequence[float]
    """CPU seconds that each node took."""
    client_share: float
    """Of a core, that this process took: a node that shares it has that much less."""
    others_share: float
    """Of a core, that took what is neither this process nor a node of it."""


@dataclass(frozen=True, slots=True)
class Client:
    """Sends queries to nodes: each part to the node of the same place."""

    nodes: Sequence[SidecarProcess]
    requests: RequestBytes

    def prepared(
        self, parts: Sequence[Sequence[Query]], deadline_s: float
    ) -> Callable[[], Answers]:
        """Sends each query at its moment, when it is called. No cache knows their texts."""
        plans = [self._plan(queries, deadline_s) for queries in parts]

        def take() -> Answers:
            client_s, others_s, wall_s = time.process_time(), of_others_s(), time.perf_counter()
            nodes_s = self._cpu_s()
            sent = self._send(plans)
            nodes_s = [after - before for before, after in zip(nodes_s, self._cpu_s(), strict=True)]
            client_s, others_s = time.process_time() - client_s, of_others_s() - others_s
            wall_s = time.perf_counter() - wall_s
            outcomes = [part.outcomes for part in sent]
            return Answers(outcomes, nodes_s, client_s / wall_s, others_s / wall_s)

        return take

    def probe(self, queries: Sequence[Query]) -> list[float]:
        """Seconds that each node takes for these queries, all of them new to it, while all nodes
        are busy."""
        sent = self._send([self._plan(queries, PATIENT_S) for _ in self.nodes], BUSY_CLIENTS)
        return [max(each.done_s for each in part.outcomes) for part in sent]

    def _cpu_s(self) -> list[float]:
        return [cpu_seconds(node.pid) or 0.0 for node in self.nodes]

    def _plan(self, queries: Sequence[Query], deadline_s: float) -> Plan:
        known: dict[int, bytes] = {}
        plan = []
        for query in queries:
            kind = Kind("query", len(query.tokens), 1.0, 0)
            plan.append(Planned(query.at_s, kind, deadline_s, CLIENT))
            if query.identity not in known:
                known[query.identity] = self.requests.of_lengths(plan[-1], query.tokens)
        return plan, [known[query.identity] for query in queries]

    def _send(self, plans: Sequence[Plan], clients: int | None = None) -> list[Sent]:
        with ThreadPoolExecutor(len(self.nodes)) as threads:
            running = [
                threads.submit(send, "127.0.0.1", node.port, *plan, clients)
                for node, plan in zip(self.nodes, plans, strict=True)
            ]
        return [each.result() for each in running]


def of_others_s() -> float:
    """CPU seconds so far of all that is neither this process nor a child of it; time that the
    host took (steal) too."""
    line = Path("/proc/stat").read_text().splitlines()[0]
    user, nice, system, _idle, _iowait, *interrupts_and_steal = map(int, line.split()[1:9])
    ticks = user + nice + system + sum(interrupts_and_steal)
    return ticks / os.sysconf("SC_CLK_TCK") - (cpu_seconds(os.getpid()) or 0.0)


@contextlib.contextmanager
def pinned(core: int, module: Sequence[str] = SERVE) -> Iterator[SidecarProcess]:
    """A sidecar, or another module like it, that has one core; this process keeps its own."""
    mine = os.sched_getaffinity(0)
    with contextlib.ExitStack() as stack:
        os.sched_setaffinity(0, {core})
        try:
            node = stack.enter_context(SidecarProcess({"deadline_ms": 3_600_000}, module=module))
        finally:
            os.sched_setaffinity(0, mine)
        yield node
