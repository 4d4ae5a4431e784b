"""500 random requests, by the schema and damaged: none ends in a 500, none hangs, and every answer
has the shape of one. `python -m tests.fuzz --requests 100000` is the long form."""

import asyncio
import random

from sidecar.workshop.sidecar_process import SidecarProcess
from tests.fuzz.shooting import bodies, shoot

REQUESTS = 500


def test_no_request_ends_in_a_500_or_hangs() -> None:
    with SidecarProcess() as server:
        report = asyncio.run(shoot(server.url, REQUESTS, 2, server.pid))
    assert report.faults == []
    assert report.total == REQUESTS
    assert report.statuses[200] >= REQUESTS // 5, "most are refused: what is tested?"
    assert report.statuses[422] >= REQUESTS // 5, "few are refused: what is random?"


def test_a_seed_makes_the_same_requests_again() -> None:
    source = bodies()
    shots = [[source.shot(random.Random(f"7 {n}")) for n in range(50)] for _ in range(2)]
    assert shots[0] == shots[1]
    assert len({shot.path for shot in shots[0]}) > 10
