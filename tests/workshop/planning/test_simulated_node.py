"""The simulated node beside what queueing theory says in closed form, and that it loses nothing."""

import math
import random
from collections import Counter
from collections.abc import Callable, Sequence

import pytest

from sidecar.workshop.planning.arrivals import Query
from sidecar.workshop.planning.simulated_node import ANSWERED, LATE, REFUSED, Ended, SimulatedNode
from tests.workshop.planning.nodes import TOKENS, made_up_node

COUNT = 2500
SEEDS = (5, 6)
EXACT = (1.0, 1.0)
EVER_S = 1e6


def poisson(rate: float, count: int, seed: int, pairs: int = 1) -> list[Query]:
    rng = random.Random(seed)
    at_s, queries = 0.0, []
    for number in range(count):
        at_s += rng.expovariate(rate)
        queries.append(Query(at_s, number, (TOKENS,) * pairs))
    return queries


RunTime = Callable[..., float]


def exponential(seed: int) -> RunTime:
    rng = random.Random(seed)
    return lambda tokens, *, alone: rng.expovariate(1.0)


def constant(seed: int) -> RunTime:
    return lambda tokens, *, alone: 1.0


def waits_of(
    workers: int, utilisation: float, kind: Callable[[int], RunTime]
) -> tuple[float, float]:
    """(seconds until a query's run begins, utilisation), the means of what happened. Theory is
    asked for that utilisation: by chance it is not quite the one that was wanted."""
    wait_s = busy_s = span_s = 0.0
    for seed in SEEDS:
        run_time, runs = kind(seed), []

        def timed(
            tokens: Sequence[int], *, alone: bool, of: RunTime = run_time, runs: list[float] = runs
        ) -> float:
            runs.append(of(tokens, alone=alone))
            return runs[-1]

        node = SimulatedNode(made_up_node(workers=workers), seed, timed, EXACT)
        queries = poisson(utilisation * workers, COUNT, seed + 100)
        ended = node.serve(queries, EVER_S)
        runs = runs[workers:]  # without those of the start
        wait_s += (sum(each.latency_s for each in ended) - sum(runs)) / COUNT / len(SEEDS)
        busy_s += sum(runs)
        span_s += queries[-1].at_s
    return wait_s, busy_s / span_s / workers


def erlang_wait(servers: int, utilisation: float) -> float:
    """M/M/c: the mean wait in mean runs (Erlang, 1917)."""
    offered = servers * utilisation
    last = offered**servers / math.factorial(servers) / (1 - utilisation)
    waits = last / (sum(offered**k / math.factorial(k) for k in range(servers)) + last)
    return waits / (servers * (1 - utilisation))


@pytest.mark.parametrize("utilisation", [0.3, 0.6])
def test_one_worker_with_exponential_runs_waits_as_m_m_1(utilisation: float) -> None:
    wait_s, busy = waits_of(1, utilisation, exponential)
    assert wait_s == pytest.approx(busy / (1 - busy), rel=0.08)


@pytest.mark.parametrize("utilisation", [0.3, 0.6])
def test_one_worker_with_equal_runs_waits_as_m_d_1(utilisation: float) -> None:
    wait_s, busy = waits_of(1, utilisation, constant)
    assert wait_s == pytest.approx(busy / (1 - busy) / 2, rel=0.08)


@pytest.mark.parametrize("workers", [2, 4])
def test_several_workers_wait_as_m_m_c(workers: int) -> None:
    wait_s, busy = waits_of(workers, 0.6, exponential)
    assert wait_s == pytest.approx(erlang_wait(workers, busy), rel=0.1)


@pytest.mark.parametrize("load", [0.5, 1.5])
def test_each_query_ends_once_and_in_time_or_refused(load: float) -> None:
    queries = poisson(load * 10, 400, seed=3, pairs=10)
    node = SimulatedNode(made_up_node(cache_mb=1, request_s=0.001, cached_s=0.0001), 1)
    ended = node.serve(queries, 1.0)
    assert Counter(each.query.identity for each in ended) == Counter(range(400))
    assert {each.status for each in ended} <= {ANSWERED, REFUSED, LATE}
    assert all(each.latency_s <= 1.0 + 0.01 for each in ended if each.status == ANSWERED)
    refused = sum(each.status == REFUSED for each in ended)
    assert (refused > 50) == (load > 1)


def one(node: SimulatedNode, query: Query) -> Ended:
    (ended,) = node.serve([query], 100.0)
    return ended


def test_a_lone_query_takes_its_request_its_pairs_and_its_runs() -> None:
    model = made_up_node(workers=2, request_s=0.5, cached_s=0.25)
    ended = one(SimulatedNode(model, 1), Query(1.0, 1, (TOKENS,) * 4))
    assert ended.latency_s == pytest.approx(0.5 + 4 * 0.25 + 2 * 0.01)
    assert ended.latency_s == pytest.approx(model.idle_s((TOKENS,) * 4))


def test_a_known_query_takes_no_runs() -> None:
    model = made_up_node(cache_mb=1, request_s=0.5, cached_s=0.25)
    query = Query(1.0, 1, (TOKENS,) * 4, known=True)
    assert one(SimulatedNode(model, 1), query).latency_s == pytest.approx(0.5 + 4 * 0.25)


def test_a_query_that_comes_again_is_known() -> None:
    model = made_up_node(cache_mb=1)
    twice = [Query(1.0, 7, (TOKENS,) * 4), Query(2.0, 7, (TOKENS,) * 4)]
    first, second = SimulatedNode(model, 1).serve(twice, 100.0)
    assert (first.latency_s, second.latency_s) == (pytest.approx(0.04), pytest.approx(0.0))


def test_work_beside_runs_holds_them_up_where_no_core_is_idle() -> None:
    model = made_up_node(request_s=0.02)
    both = [Query(1.0, 1, (TOKENS,) * 10), Query(1.05, 2, (TOKENS,) * 10)]
    first, second = SimulatedNode(model, 1).serve(both, 100.0)
    assert first.latency_s == pytest.approx(0.02 + 0.1 + 0.02)
    assert second.query.at_s + second.latency_s == pytest.approx(1.0 + 2 * (0.02 + 0.1))


def test_the_same_seed_gives_the_same_ends() -> None:
    queries = poisson(12, 200, seed=5, pairs=10)
    first, second = (SimulatedNode(made_up_node(), 4).serve(queries, 1.0) for _ in range(2))
    assert first == second
