"""Is a plan right? Sends queries to one and to two sidecars, each on a core of its own, and gives
the same queries, at the same moments, to the simulation.

    python -m tests.workshop.planning.agreement --seconds 25

Measures a node, without any query of the steps, and takes six steps. The speed of a virtual machine
changes by itself. So a step is taken again if a fixed load took another time after it than before,
and the node's figures are scaled by the CPU time that the nodes took for the step's queries. Needs
two cores with nothing else to do.

With `--simulate TOKENS_PER_SECOND` the service, its queues and the network are real, and the model
sleeps for its tokens: the speed of the machine hardly counts, so each step is taken once and
nothing is scaled.
"""

import argparse
import os
import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from sidecar.runtime.manifest import Manifest
from sidecar.runtime.model_folder import shipped_model
from sidecar.runtime.tokenizer import PairTokenizer
from sidecar.workshop.bench.json_figures import write_json
from sidecar.workshop.bench.load.generator import Outcome
from sidecar.workshop.bench.load.node_figures import NodeFigures
from sidecar.workshop.bench.load.node_measurement import Access, measure_node
from sidecar.workshop.bench.load.request_bytes import RequestBytes
from sidecar.workshop.bench.load.simulated_sidecar import MODULE
from sidecar.workshop.planning.arrivals import Query, arrivals, tokens_of
from sidecar.workshop.planning.node_model import NodeModel
from sidecar.workshop.planning.routing import shares
from sidecar.workshop.planning.simulated_node import SimulatedNode
from sidecar.workshop.planning.traffic import Traffic
from sidecar.workshop.sidecar_process import SERVE
from tests.workshop.planning.asked_nodes import CLIENT, Answers, Client, pinned
from tests.workshop.planning.steady import scaled, told, until_steady

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


def work_s(node: NodeModel, queries: Sequence[Query], outcomes: Sequence[Outcome]) -> float:
    """Core seconds that a node takes by its figures for the queries that it answered."""
    known: set[int] = set()
    total_s = 0.0
    for query, outcome in zip(queries, outcomes, strict=True):
        if outcome.status == 200:
            total_s += node.figures.request_s + node.around_s(query.tokens)
            total_s += 0.0 if query.identity in known else node.pairs_s(query.tokens)
            known.add(query.identity)
    return total_s


def factors(
    answers: Answers, figures: NodeFigures, parts: Sequence[Sequence[Query]]
) -> list[float]:
    """CPU time that each node took for what it answered, to that by its figures. Raises SystemExit
    where a node answered nothing."""
    node = NodeModel(figures)
    works_s = [
        work_s(node, part, outcomes) for part, outcomes in zip(parts, answers.outcomes, strict=True)
    ]
    if not all(works_s):
        raise SystemExit("a node answered no query: is the machine free?")
    return [taken_s / each_s for taken_s, each_s in zip(answers.nodes_s, works_s, strict=True)]


def compare(
    answers: Answers,
    figures: NodeFigures,
    parts: Sequence[Sequence[Query]],
    times: Sequence[float],
) -> None:
    """Prints the step, and what the node's figures give when those of each node are multiplied."""
    outcomes = [each for part in answers.outcomes for each in part]
    found = [each.latency_s for each in outcomes if each.status == 200]
    ended = [
        each
        for number, (part, slower) in enumerate(zip(parts, times, strict=True))
        for each in SimulatedNode(NodeModel(scaled(figures, slower)), number).serve(
            part, TRAFFIC.deadline_s
        )
    ]
    simulated = [each.latency_s for each in ended if each.status == 200]
    slower = ", ".join(f"{each:.2f}" for each in times)
    print(f"  times of the nodes' figures {slower},", end=" ")
    print(f"the client took {answers.client_share:.1%} of a core,", end=" ")
    print(f"other processes {answers.others_share:.1%}")
    print(line("measured", found, len(outcomes) - len(found), len(outcomes)))
    print(line("simulated", simulated, len(ended) - len(simulated), len(ended)))
    errors = [np.percentile(simulated, p) / np.percentile(found, p) - 1 for p in PERCENTILES]
    print("  error     ", " ".join(f"{each:+7.1%}" for each in errors), flush=True)


def taken(
    name: str, client: Client, figures: NodeFigures, parts: Sequence[Sequence[Query]]
) -> None:
    """Takes the step until it counts, and prints it."""
    probe = new_queries(PROBES, "probe")
    tried = until_steady(
        lambda: client.prepared(parts, TRAFFIC.deadline_s), lambda: client.probe(probe)
    )
    print(f"{name}: {told(tried)}")
    answers = tried[-1].result
    compare(answers, figures, parts, factors(answers, figures, parts))


def taken_once(
    name: str, client: Client, figures: NodeFigures, parts: Sequence[Sequence[Query]]
) -> None:
    """Takes the step with simulated models, and prints it."""
    print(f"{name}:")
    compare(client.prepared(parts, TRAFFIC.deadline_s)(), figures, parts, [1.0] * len(parts))


def main() -> None:
    """Prints both, and the error of each percentile."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=25.0, help="of each step")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--nodes", type=int, nargs="+", choices=(1, 2), default=(1, 2))
    parser.add_argument("--loads", type=float, nargs="+", default=LOADS)
    parser.add_argument("--simulate", metavar="TOKENS_PER_SECOND", help="with a model that sleeps")
    parser.add_argument("--json", type=Path, help="also write what was measured of the node")
    options = parser.parse_args()
    manifest = Manifest.read(shipped_model())
    tokenizer = PairTokenizer.open(shipped_model(), manifest)
    requests = RequestBytes(tokenizer, {CLIENT: "any"}, options.seed, texts=1)
    first, second = sorted(os.sched_getaffinity(0))[:2]
    module, take = SERVE, taken
    if options.simulate:
        module, take = (MODULE, options.simulate), taken_once
    with pinned(first, module) as one, pinned(second, module) as two:
        os.sched_setaffinity(0, {second})
        access = Access(one.url, CLIENT, "any")
        figures = measure_node(access, requests, options.seconds / 2, say=print)
        write_json({"node": figures}, options.json)
        sample = new_queries(1000, "capacity")
        most = len(sample) / busy_s(NodeModel(figures), sample)
        print(f"a node can do {most:.1f} queries/s\n  ms             p50     p95     p99   refused")
        for nodes in ([one], [one, two])[min(options.nodes) - 1 : max(options.nodes)]:
            os.sched_setaffinity(0, {second} if len(nodes) == 1 else {first, second})
            client = Client(nodes, requests)
            for load in options.loads:
                seed = f"{options.seed} {len(nodes)} {load}"
                queries = coming(load * most * len(nodes), options.seconds, seed)
                parts = at_random(queries, len(nodes), seed)
                take(f"{len(nodes)} at {load:g}", client, figures, parts)


if __name__ == "__main__":
    main()
