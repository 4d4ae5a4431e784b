"""Measures a node for `plan`: the time of pairs of several lengths in a service that is busy, in
one that is idle, and in one that knows them already."""

import itertools
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import orjson

from sidecar.errors import StartupError
from sidecar.runtime.cores import available_cores
from sidecar.settings import Settings
from sidecar.workshop.bench.load.generator import BUSY_CLIENTS, PATIENT_S, Sent, send
from sidecar.workshop.bench.load.node_figures import LengthFigures, NodeFigures
from sidecar.workshop.bench.load.outcomes import OK, answered_per_second
from sidecar.workshop.bench.load.plan import Kind, Planned
from sidecar.workshop.bench.load.request_bytes import RequestBytes

LENGTHS = (16, 32, 64, 128, 256, 400)
"""Tokens of a pair, in the mean; those that the model takes."""
SPREAD = (0.75, 0.95, 1.15, 0.8, 1.0, 1.2, 0.85, 1.05, 1.25)
"""Of the lengths of neighbouring pairs: a runtime is faster while all runs have one length, as no
traffic has."""
WARM = 128
"""Tokens of the pairs that warm the service up."""
DOCUMENTS = 9
"""Of a search."""
ROUNDS = 3
"""Of which the median counts."""
REPEATS = 8
"""Requests, one after the other, of which the median counts."""
SHARE = 0.1
"""Of the seconds of a step, for each length in each round."""
MIN_SEARCHES = 8


class FixedRequests(Protocol):
    """Sends searches of documents that have so many tokens with the query, in the mean."""

    def __call__(
        self, searches: int, documents: int, tokens: int, clients: int, *, repeated: bool = False
    ) -> Sent:
        """What came back, of clients who each wait for their answers. `repeated`: all searches are
        the same one."""


@dataclass(frozen=True, slots=True)
class NodeMeasurement:
    """Of one sidecar, to which `send` sends searches."""

    send: FixedRequests
    seconds: float
    """Of a step; the measurement takes some three of them."""
    lengths: Sequence[int] = LENGTHS
    say: Callable[[str], None] = lambda line: None

    def figures(
        self, info: Mapping[str, Any], cores: int, cache_mb: int, least_tokens: int
    ) -> NodeFigures:
        """What was measured; `info` is the body of the sidecar's /info, `cores` are those it may
        use, `least_tokens` those of the shortest pair that can be sent. Raises StartupError where
        a request is not answered."""
        layout = info["layout"]
        on_cpu = info["device"] == "cpu"
        # On a CPU the workers have the same cores as everything else.
        of_worker = layout["workers"] / cores if on_cpu else 0.0
        self.send(MIN_SEARCHES, DOCUMENTS, WARM, BUSY_CLIENTS)
        possible = [
            each
            for each in self.lengths
            if least_tokens <= each and each * max(SPREAD) <= info["max_tokens"]
        ]
        if not possible:
            raise StartupError(f"the model takes no pairs of {least_tokens} or more tokens")
        # A round of all lengths after the other: a disturbance does not fall on one of them alone.
        rounds = [
            [self._length(tokens, layout["workers"], of_worker) for tokens in possible]
            for _ in range(ROUNDS)
        ]
        requests_s = [request_s for each in rounds for request_s, _ in each]
        lengths = [_medians([found for _, found in each]) for each in zip(*rounds, strict=True)]
        for each in lengths:
            self.say(f"pairs of {each.tokens} tokens: {1000 * each.pair_s:.2f} ms of a worker")
        return NodeFigures(
            model=info["model"],
            score_revision=info["score_revision"],
            device=info["device"],
            cores=cores,
            workers=layout["workers"],
            token_budget=layout["token_budget"],
            cache_mb=cache_mb,
            request_s=statistics.median(requests_s),
            side_by_side=self._side_by_side(),
            lengths=tuple(lengths),
        )

    def _length(self, tokens: int, workers: int, of_worker: float) -> tuple[float, LengthFigures]:
        """(core seconds of a request beside its pairs, the pairs' figures)."""
        one_s = self._median_s(1, tokens, repeated=True)
        several_s = self._median_s(DOCUMENTS, tokens, repeated=True)
        cached_s = max(0.0, (several_s - one_s) / (DOCUMENTS - 1))
        request_s = max(0.0, one_s - cached_s)
        alone_s = max(0.0, self._median_s(1, tokens) - one_s)
        guess_s = self._median_s(DOCUMENTS, tokens, searches=3)
        searches = max(MIN_SEARCHES, round(SHARE * self.seconds / guess_s))
        rate = answered_per_second(self.send(searches, DOCUMENTS, tokens, BUSY_CLIENTS))
        beside_s = (cached_s + request_s / DOCUMENTS) * of_worker
        pair_s = max(workers / rate - beside_s, 0.0)
        if not pair_s:
            raise StartupError(
                f"pairs of {tokens} tokens take no longer than answers from the cache: other work "
                "disturbed the measurement, or the model takes no time"
            )
        return request_s, LengthFigures(tokens, pair_s, alone_s, cached_s)

    def _median_s(
        self, documents: int, tokens: int, *, repeated: bool = False, searches: int = REPEATS
    ) -> float:
        """Of one client's searches, the first one left out: a repeated one is not known then."""
        sent = self.send(searches + 1, documents, tokens, 1, repeated=repeated)
        return statistics.median(_seconds(sent)[1:])

    def _side_by_side(self) -> float:
        tokens, searches = WARM, BUSY_CLIENTS * REPEATS
        alone_s = self._median_s(DOCUMENTS, tokens, repeated=True)
        busy = self.send(searches, DOCUMENTS, tokens, BUSY_CLIENTS, repeated=True)
        _seconds(busy)
        ends = sorted(each.done_s for each in busy.outcomes)
        ends = ends[BUSY_CLIENTS:]  # the first ones wait for it
        return alone_s * (len(ends) - 1) / (ends[-1] - ends[0])


def _medians(found: Sequence[LengthFigures]) -> LengthFigures:
    """Of the rounds' figures of one length."""
    return LengthFigures(
        found[0].tokens,
        statistics.median(each.pair_s for each in found),
        statistics.median(each.alone_s for each in found),
        statistics.median(each.cached_s for each in found),
    )


def _seconds(sent: Sent) -> Sequence[float]:
    """Of each answer, in the order of sending. Raises StartupError if there is none for one."""
    for each in sent.outcomes:
        if each.status != OK:
            raise StartupError(f"a request of the measurement had status {each.status}")
    return [each.done_s - each.sent_s for each in sent.outcomes]


@dataclass(frozen=True, slots=True)
class Access:
    """How to reach the sidecar, as a client whose API key it knows."""

    url: str
    client: str
    key: str


def measure_node(
    access: Access,
    requests: RequestBytes,
    seconds: float,
    lengths: Sequence[int] = LENGTHS,
    say: Callable[[str], None] = lambda line: None,
) -> NodeFigures:
    """The figures of a sidecar on this machine, with the cache's default size, for pairs of these
    lengths. The client is one of `requests`; a step has so many `seconds`. Raises StartupError
    where a request is not answered."""
    address = urlsplit(access.url)
    host, port = address.hostname or "127.0.0.1", address.port or 80

    def send_fixed(
        searches: int, documents: int, tokens: int, clients: int, *, repeated: bool = False
    ) -> Sent:
        kind = Kind("search", documents, 1.0, 0)
        planned = Planned(0.0, kind, PATIENT_S, access.client)
        spread = itertools.cycle(round(tokens * times) for times in SPREAD)

        def new_body() -> bytes:
            return requests.of_lengths(planned, list(itertools.islice(spread, documents)))

        bodies = [new_body()] * searches if repeated else [new_body() for _ in range(searches)]
        return send(host, port, [planned] * searches, bodies, clients)

    asked = Request(f"{access.url}/info", headers={"Authorization": f"Bearer {access.key}"})
    with urlopen(asked, timeout=PATIENT_S) as answer:
        info = orjson.loads(answer.read())
    cache_mb = Settings.model_fields["cache_mb"].default
    measurement = NodeMeasurement(send_fixed, seconds, lengths, say)
    return measurement.figures(info, available_cores(), cache_mb, requests.least_tokens)
