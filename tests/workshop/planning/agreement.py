"""Is a plan right? Sends queries to one and to two sidecars, each on a core of its own, and gives
the same queries, at the same moments, to the simulation.

    python -m tests.workshop.planning.agreement --seconds 25

Measures a node, without any query of the steps, and takes six steps. A fixed load before and after
each says how fast the nodes are meanwhile, since that of a virtual machine changes by itself: the
node's figures are scaled by it, and a step during which it changed is taken again. Needs two cores
with nothing else to do.
"""

import argparse
import os
import random
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from sidecar.runtime.manifest import Manifest
from sidecar.runtime.model_folder import shipped_model
from sidecar.runtime.tokenizer import PairTokenizer
from sidecar.workshop.bench.json_figures import write_json
from sidecar.workshop.bench.load.node_figures import NodeFigures
from sidecar.workshop.bench.load.node_measurement import Access, measure_node
from sidecar.workshop.bench.load.request_bytes import RequestBytes
from sidecar.workshop.planning.arrivals import Query, arrivals, tokens_of
from sidecar.workshop.planning.node_model import NodeModel
from sidecar.workshop.planning.routing import shares
from sidecar.workshop.planning.simulated_node import SimulatedNode
from sidecar.workshop.planning.traffic import Traffic
from tests.workshop.planning.asked_nodes import CLIENT, Answers, Client, pinned
from tests.workshop.planning.steady import Try, scaled, told, until_steady

LOADS = (0.5, 0.8, 1.2)
PERCENTILES = (50, 95, 99)
PROBES = 90
"""Queries of the probe: some three seconds."""
TRAFFIC = Traffic.model_validate(
    {
        "queries": {"per_second": 1.0, "repeat_share": 0.3, "popular": 100},
        "hits": {"per_query": {2: 0.5, 8: 0.5}},
        "pairs": {"median_tokens": 48, "sigma": 0.5, "max_tokens": 200},
        "promise": {"deadline_ms": 2000},
    }
)


def new_queries(count: int, seed: str) -> list[Query]:
    """Of the traffic, all at once and none of them popular."""
    numbers = range(TRAFFIC.queries.popular, TRAFFIC.queries.popular + count)
    return [Query(0.0, number, tokens_of(TRAFFIC, number, seed)) for number in numbers]


def busy_s(node: NodeModel, queries: Sequence[Query]) -> float:
    """Seconds of a node whose cache knows none of the queries."""
    return sum(node.device_s(query.tokens) for query in queries)


def coming(rate: float, seconds: float, seed: str) -> list[Query]:
    """Queries of the traffic for so long; no cache knows any of them before."""
    (share,) = shares(TRAFFIC.queries, rate, 1, "random")
    never = np.zeros(TRAFFIC.queries.popular)
    count = int(rate * seconds)
    return list(arrivals(TRAFFIC, share.stream, never, count, seed))


def at_random(queries: Sequence[Query], nodes: int, seed: str) -> list[list[Query]]:
    """The queries of each node."""
    chance = random.Random(seed)
    parts: list[list[Query]] = [[] for _ in range(nodes)]
    for query in queries:
        chance.choice(parts).append(query)
    return parts


def line(name: str, latencies: Sequence[float], failed: int, count: int) -> str:
    """Percentiles of the answered ones, and the share of the others."""
    figures = " ".join(f"{1000 * np.percentile(latencies, each):7.0f}" for each in PERCENTILES)
    return f"  {name:10} {figures}  {failed / count:8.1%}  {count}"


def measured(access: Access, client: Client, seconds: float) -> Try[NodeFigures]:
    """The node's figures, and how long the probe took it meanwhile."""
    probe = new_queries(PROBES, "probe")

    def prepare() -> Callable[[], NodeFigures]:
        return lambda: measure_node(access, client.requests, seconds, say=print)

    tried = until_steady(prepare, lambda: client.probe(probe))
    taken_s, figures_say_s = tried[-1].probes_s[0], busy_s(NodeModel(tried[-1].result), probe)
    print(f"  {told(tried)}")
    print(f"the probe takes {taken_s:.2f} s, by the figures {figures_say_s:.2f} s")
    return tried[-1]


def compare(tried: Try[Answers], node: Try[NodeFigures], parts: Sequence[Sequence[Query]]) -> None:
    """Prints the step, and what the node's figures give when they are scaled by the probes."""
    outcomes = tried.result.outcomes
    found = [each.latency_s for each in outcomes if each.status == 200]
    times = [seconds / node.probes_s[0] for seconds in tried.probes_s]
    ended = [
        each
        for number, (part, slower) in enumerate(zip(parts, times, strict=True))
        for each in SimulatedNode(NodeModel(scaled(node.result, slower)), number).serve(
            part, TRAFFIC.deadline_s
        )
    ]
    simulated = [each.latency_s for each in ended if each.status == 200]
    slower = ", ".join(f"{each:.2f}" for each in times)
    print(f"  nodes took {slower} times as long as when measured,", end=" ")
    print(f"the client {tried.result.client_share:.1%} of a core,", end=" ")
    print(f"other processes {tried.result.others_share:.1%}")
    print(line("measured", found, len(outcomes) - len(found), len(outcomes)))
    print(line("simulated", simulated, len(ended) - len(simulated), len(ended)))
    errors = [np.percentile(simulated, p) / np.percentile(found, p) - 1 for p in PERCENTILES]
    print("  error     ", " ".join(f"{each:+7.1%}" for each in errors), flush=True)


def taken(
    name: str, client: Client, node: Try[NodeFigures], parts: Sequence[Sequence[Query]]
) -> None:
    """Takes the step until it counts, and prints it."""
    probe = new_queries(PROBES, "probe")
    tried = until_steady(
        lambda: client.prepared(parts, TRAFFIC.deadline_s), lambda: client.probe(probe)
    )
    print(f"{name}: {told(tried)}")
    compare(tried[-1], node, parts)


def main() -> None:
    """Prints both, and the error of each percentile."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=25.0, help="of each step")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--nodes", type=int, nargs="+", choices=(1, 2), default=(1, 2))
    parser.add_argument("--loads", type=float, nargs="+", default=LOADS)
    parser.add_argument("--json", type=Path, help="also write what was measured of the node")
    options = parser.parse_args()
    manifest = Manifest.read(shipped_model())
    tokenizer = PairTokenizer.open(shipped_model(), manifest)
    requests = RequestBytes(tokenizer, {CLIENT: "any"}, options.seed, texts=1)
    first, second = sorted(os.sched_getaffinity(0))[:2]
    with pinned(first) as one, pinned(second) as two:
        os.sched_setaffinity(0, {second})
        access = Access(one.url, CLIENT, "any")
        node = measured(access, Client([one], requests), options.seconds / 4)
        write_json({"node": node.result}, options.json)
        sample = new_queries(1000, "capacity")
        most = len(sample) / busy_s(NodeModel(node.result), sample)
        print(f"a node can do {most:.1f} queries/s\n  ms             p50     p95     p99   refused")
        for nodes in ([one], [one, two])[min(options.nodes) - 1 : max(options.nodes)]:
            os.sched_setaffinity(0, {second} if len(nodes) == 1 else {first, second})
            client = Client(nodes, requests)
            for load in options.loads:
                seed = f"{options.seed} {len(nodes)} {load}"
                queries = coming(load * most * len(nodes), options.seconds, seed)
                parts = at_random(queries, len(nodes), seed)
                taken(f"{len(nodes)} at {load:g}", client, node, parts)


if __name__ == "__main__":
    main()
