"""Is a plan right? Sends queries to one and to two sidecars, each on a core of its own, and gives
the same queries, at the same moments, to the simulation.

    python -m tests.workshop.planning.agreement --seconds 40

Takes six steps and a measurement of the node, which has no query of theirs. Needs two cores with
nothing else to do.
"""

import argparse
import contextlib
import os
import random
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from sidecar.runtime.manifest import Manifest
from sidecar.runtime.model_folder import shipped_model
from sidecar.runtime.tokenizer import PairTokenizer
from sidecar.workshop.bench.json_figures import write_json
from sidecar.workshop.bench.load.generator import Outcome, send
from sidecar.workshop.bench.load.node_measurement import Access, measure_node
from sidecar.workshop.bench.load.plan import Kind, Planned
from sidecar.workshop.bench.load.request_bytes import RequestBytes
from sidecar.workshop.planning.arrivals import Query, arrivals, tokens_of
from sidecar.workshop.planning.node_model import NodeModel
from sidecar.workshop.planning.routing import shares
from sidecar.workshop.planning.simulated_node import SimulatedNode
from sidecar.workshop.planning.traffic import Traffic
from sidecar.workshop.sidecar_process import SidecarProcess

LOADS = (0.5, 0.8, 1.2)
CLIENT = "one"
PERCENTILES = (50, 95, 99)
TRAFFIC = Traffic.model_validate(
    {
        "queries": {"per_second": 1.0, "repeat_share": 0.3, "popular": 100},
        "hits": {"per_query": {5: 0.5, 20: 0.5}},
        "pairs": {"median_tokens": 48, "sigma": 0.5, "max_tokens": 200},
        "promise": {"deadline_ms": 2000},
    }
)


def capacity(node: NodeModel) -> float:
    """Queries per second of a node whose cache knows none of them."""
    sample = [tokens_of(TRAFFIC, TRAFFIC.queries.popular + n, "capacity") for n in range(1000)]
    return float(1 / np.mean([node.device_s(tokens) for tokens in sample]))


def coming(rate: float, seconds: float, seed: str) -> list[Query]:
    """Queries of the traffic for so long; no cache knows any of them before."""
    (share,) = shares(TRAFFIC.queries, rate, 1, "random")
    never = np.zeros(TRAFFIC.queries.popular)
    count = int(rate * seconds)
    return list(arrivals(TRAFFIC, share.stream, never, count, seed))


def ask(
    nodes: Sequence[SidecarProcess], parts: Sequence[Sequence[Query]], requests: RequestBytes
) -> list[Outcome]:
    """What came back of each part's queries, which come to the node of the same place."""

    def prepared(queries: Sequence[Query]) -> tuple[list[Planned], list[bytes]]:
        known: dict[int, bytes] = {}
        plan = []
        for query in queries:
            kind = Kind("query", len(query.tokens), 1.0, 0)
            plan.append(Planned(query.at_s, kind, TRAFFIC.deadline_s, CLIENT))
            if query.identity not in known:
                known[query.identity] = requests.of_lengths(plan[-1], query.tokens)
        return plan, [known[query.identity] for query in queries]

    plans = [prepared(queries) for queries in parts]
    with ThreadPoolExecutor(len(nodes)) as threads:
        running = [
            threads.submit(send, "127.0.0.1", node.port, *plan)
            for node, plan in zip(nodes, plans, strict=True)
        ]
    return [outcome for each in running for outcome in each.result().outcomes]


@contextlib.contextmanager
def pinned(core: int) -> Iterator[SidecarProcess]:
    """A sidecar that has one core; this process keeps its own."""
    mine = os.sched_getaffinity(0)
    with contextlib.ExitStack() as stack:
        os.sched_setaffinity(0, {core})
        try:
            node = stack.enter_context(SidecarProcess({"deadline_ms": 3_600_000}))
        finally:
            os.sched_setaffinity(0, mine)
        yield node


def line(name: str, latencies: Sequence[float], failed: int, count: int) -> str:
    """Percentiles of the answered ones, and the share of the others."""
    figures = " ".join(f"{1000 * np.percentile(latencies, each):7.0f}" for each in PERCENTILES)
    return f"  {name:10} {figures}  {failed / count:8.1%}  {count}"


def main() -> None:
    """Prints both, and the error of each percentile."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=40.0, help="of each step")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path, help="also write what was measured of the node")
    options = parser.parse_args()
    manifest = Manifest.read(shipped_model())
    tokenizer = PairTokenizer.open(shipped_model(), manifest)
    requests = RequestBytes(tokenizer, {CLIENT: "any"}, options.seed, texts=1)
    first, second = sorted(os.sched_getaffinity(0))[:2]
    with pinned(first) as one, pinned(second) as two:
        os.sched_setaffinity(0, {second})
        figures = measure_node(
            Access(one.url, CLIENT, "any"), requests, options.seconds / 4, say=print
        )
        write_json({"node": figures}, options.json)
        node = NodeModel(figures)
        most = capacity(node)
        print(f"a node can do {most:.1f} queries/s\n  ms             p50     p95     p99   refused")
        for nodes in ([one], [one, two]):
            os.sched_setaffinity(0, {second} if len(nodes) == 1 else {first, second})
            for load in LOADS:
                seed = f"{options.seed} {len(nodes)} {load}"
                queries = coming(load * most * len(nodes), options.seconds, seed)
                chance = random.Random(seed)
                parts: list[list[Query]] = [[] for _ in nodes]
                for query in queries:
                    chance.choice(parts).append(query)
                compare(f"{len(nodes)} at {load:g}", node, parts, ask(nodes, parts, requests))


def compare(
    name: str, node: NodeModel, parts: Sequence[Sequence[Query]], outcomes: Sequence[Outcome]
) -> None:
    """Prints the step."""
    measured = [each.latency_s for each in outcomes if each.status == 200]
    ended = [
        each
        for number, part in enumerate(parts)
        for each in SimulatedNode(node, number).serve(part, TRAFFIC.deadline_s)
    ]
    simulated = [each.latency_s for each in ended if each.status == 200]
    print(name)
    print(line("measured", measured, len(outcomes) - len(measured), len(outcomes)))
    print(line("simulated", simulated, len(ended) - len(simulated), len(ended)))
    errors = [np.percentile(simulated, p) / np.percentile(measured, p) - 1 for p in PERCENTILES]
    print("  error     ", " ".join(f"{each:+7.1%}" for each in errors), flush=True)


if __name__ == "__main__":
    main()
