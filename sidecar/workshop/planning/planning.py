"""How many replicas each rate needs, and what its queries then see."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from sidecar.errors import StartupError
from sidecar.workshop.planning.arrivals import tokens_of
from sidecar.workshop.planning.cluster import Figures, cached_queries, simulate
from sidecar.workshop.planning.extrapolation import notes
from sidecar.workshop.planning.node_model import NodeModel
from sidecar.workshop.planning.popularity import known_share, known_shares
from sidecar.workshop.planning.routing import Routing, shares
from sidecar.workshop.planning.traffic import HOURS, Traffic

RATES = (10.0, 100.0, 1000.0, 10_000.0)
LOADS = (0.4, 0.6, 0.8, 0.9, 1.0, 1.2)
"""Of what the replicas can do, for the curve of latencies."""
UTILISATIONS = tuple(step / 20 for step in range(20, 0, -1))
"""Of the nodes, that are tried; a plan never has less than the last."""
SMALL = 20
"""Up to so many replicas each number is tried."""
SAMPLE = 400
"""Queries, of which the mean time and the share that fits the deadline is taken."""
RATE_STEP = 0.01
"""Nodes whose rates differ by less are simulated once, at the higher one."""
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Row:
    """A rate and the replicas for it."""

    rate: float
    """Queries per second in the busiest hour."""
    replicas: int
    figures: Figures
    """Of that hour."""
    load: float
    """Of what the replicas can do at most."""
    per_million: float | None
    """Cost of a million queries, all replicas there all day."""
    per_million_scaled: float | None
    """The same, if each hour has as many replicas as its rate needs."""
    notes: tuple[str, ...]
    """What of it goes beyond the measurement."""


@dataclass(frozen=True, slots=True)
class LoadPoint:
    """The replicas of the first row at another rate."""

    load: float
    rate: float
    figures: Figures


@dataclass(frozen=True, slots=True)
class Plan:
    """The traffic's own rate first, then others of the same shape."""

    node: NodeModel
    traffic: Traffic
    routing: Routing
    seed: int
    queries: int
    """Simulated on each node."""
    rows: tuple[Row, ...]
    curve: tuple[LoadPoint, ...]
    hours: tuple[float, ...]
    """Queries per second of each hour of the day."""
    hourly_replicas: tuple[int, ...]
    """Of the first row, if each hour has as many as its rate needs."""

    def figures(self) -> Mapping[str, object]:
        """All of it, as it is written to a file."""
        return {
            "node": self.node.figures,
            "traffic": self.traffic.model_dump(),
            "routing": self.routing,
            "seed": self.seed,
            "queries": self.queries,
            "rows": self.rows,
            "curve": self.curve,
            "hours": self.hours,
            "hourly_replicas": self.hourly_replicas,
        }


@dataclass(frozen=True, slots=True)
class Planner:
    """Simulates traffic on replicas of a measured node. Pure."""

    traffic: Traffic
    node: NodeModel
    routing: Routing = "random"
    seed: int = 1
    queries: int = 1000
    say: Say = lambda line: None
    _sample: list[tuple[int, ...]] = field(init=False, default_factory=list)
    _simulated: dict[tuple[float, int], Figures] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Raises StartupError where no number of replicas could keep the promise."""
        new = self.traffic.queries.popular
        self._sample.extend(tokens_of(self.traffic, new + n, "sample") for n in range(SAMPLE))
        longest = self.traffic.pairs.max_tokens
        times_s = [self.node.idle_s(tokens) for tokens in self._sample]
        late = sum(each > self.traffic.deadline_s for each in times_s) / SAMPLE
        if late > self.traffic.promise.refused:
            worst_s = float(np.quantile(times_s, 1 - self.traffic.promise.refused))
            raise StartupError(
                f"a deadline of {1000 * self.traffic.deadline_s:.0f} ms is below the "
                f"{1000 * worst_s:.0f} ms that queries take on an idle node (up to {longest} "
                "tokens a pair): rerank fewer hits, shorten them, or take a faster node"
            )

    def plan(self, rates: Sequence[float] = RATES, replicas: int | None = None) -> Plan:
        """The plan, for the traffic's own rate and these. With `replicas` it has that many for the
        traffic's own."""
        queries = self.traffic.queries
        own = self.row(queries.per_second * queries.peak, replicas)
        others = [self.row(rate) for rate in rates]
        hours = tuple(
            queries.per_second * HOURS * hour / sum(queries.by_hour) for hour in queries.by_hour
        )
        return Plan(
            self.node,
            self.traffic,
            self.routing,
            self.seed,
            self.queries,
            (own, *others),
            tuple(self._curve(own)),
            hours,
            tuple(_hourly(own.replicas, queries.by_hour)),
        )

    def row(self, rate: float, replicas: int | None = None) -> Row:
        """For a rate of the busiest hour; with the fewest replicas that keep the promise."""
        if replicas is None:
            replicas = self._fewest(rate)
        figures = self.figures(rate, replicas)
        load = self.load(rate, replicas)
        self.say(f"{rate:,.6g} queries/s: {replicas:,} replicas, p99 {figures.p99_s * 1000:.0f} ms")
        queries = self.traffic.queries
        price = None if self.traffic.node is None else self.traffic.node.price_per_hour
        million_s = 1e6 / (rate / queries.peak)
        hour_cost = None if price is None else price * million_s / 3600
        scaled = sum(_hourly(replicas, queries.by_hour)) / HOURS
        return Row(
            rate,
            replicas,
            figures,
            load,
            None if hour_cost is None else hour_cost * replicas,
            None if hour_cost is None else hour_cost * scaled,
            notes(self.node, self._sample, replicas),
        )

    def figures(self, rate: float, replicas: int) -> Figures:
        """Of a rate on so many replicas."""
        nodes = replicas
        if self.routing == "random" and replicas > 1:
            # Each node gets the same mixture: two of them show what any number do.
            step = math.ceil(math.log(rate / replicas) / math.log1p(RATE_STEP) - 1e-9)
            rate, nodes = 2 * (1 + RATE_STEP) ** step, 2
        key = rate, nodes
        if key not in self._simulated:
            self._simulated[key] = simulate(
                self.traffic,
                self.node,
                rate,
                nodes,
                self.routing,
                queries=self.queries,
                seed=self.seed,
            )
        return self._simulated[key]

    def load(self, rate: float, replicas: int) -> float:
        """Of what so many replicas can do, with what their caches know."""
        busy = total = 0.0
        for share in shares(self.traffic.queries, rate, replicas, self.routing):
            known = known_shares(share.stream, cached_queries(self.traffic, self.node))
            known_part = known_share(share.stream, known)
            times = [self.node.device_s(tokens, known_part) for tokens in self._sample]
            busy += share.nodes * share.stream.rate * float(np.mean(times))
            total += share.nodes
        return busy / total

    def _fewest(self, rate: float) -> int:
        """Bisection: more replicas never keep the promise worse, but for chance."""
        busy = self.load(rate, 1)
        counts = {max(1, math.ceil(busy / utilisation)) for utilisation in UTILISATIONS}
        if max(counts) <= SMALL * 5:
            counts |= set(range(1, min(SMALL, max(counts)) + 1))
        candidates = sorted(counts)
        low, high = 0, len(candidates) - 1
        while low < high:
            middle = (low + high) // 2
            if self._keeps(rate, candidates[middle]):
                high = middle
            else:
                low = middle + 1
        return candidates[low]

    def _keeps(self, rate: float, replicas: int) -> bool:
        if self.load(rate, replicas) >= 1:
            return False
        return self.figures(rate, replicas).refused <= self.traffic.promise.refused

    def _curve(self, own: Row) -> list[LoadPoint]:
        points = []
        for load in LOADS:
            rate = own.rate * load / own.load
            points.append(LoadPoint(load, rate, self.figures(rate, own.replicas)))
        return points


def _hourly(replicas: int, by_hour: Sequence[float]) -> list[int]:
    """Of each hour, where the busiest has so many."""
    most = max(by_hour)
    return [max(1, math.ceil(replicas * hour / most - 1e-9)) for hour in by_hour]
