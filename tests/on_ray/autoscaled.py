"""Does the application get more replicas while requests queue, and fewer afterwards?

    python -m tests.on_ray.autoscaled --seconds 90

Clients ask the shipped model, on a Ray of this machine, for more than one replica can do; then one
asks now and then. Printed is the number of replicas that run, by seconds, and what clients saw.
"""

import argparse
import json
import os
import threading
import time
from collections import Counter

os.environ["RAY_SERVE_LOG_TO_STDERR"] = "0"

from ray import serve

from tests.http_client import post
from tests.on_ray.served import Served, deploy, local_serve

CLIENTS, DOCUMENTS = 8, 40
MAX_REPLICAS = 3
WORDS = "red running shoe for wet trails with a wide fit and a soft sole".split()


class Load:
    """Clients that ask without a pause, each time something new."""

    def __init__(self, served: Served, clients: int, pause_s: float) -> None:
        self.statuses: Counter[str] = Counter()
        self._served, self._pause_s = served, pause_s
        self._ended = threading.Event()
        self._threads = [threading.Thread(target=self._ask, args=(n,)) for n in range(clients)]

    def __enter__(self) -> "Load":
        for each in self._threads:
            each.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        for each in self._threads:
            each.join()

    def _ask(self, client: int) -> None:
        asked = 0
        while not self._ended.wait(self._pause_s):
            asked += 1
            texts = [" ".join([*WORDS, f"{client} {asked} {n}"]) for n in range(DOCUMENTS)]
            try:
                answer = post(self._served, "/v2/rerank", {"query": "shoe", "documents": texts})
                self.statuses[str(answer.status)] += 1
            except Exception as fault:  # whatever a client sees counts
                self.statuses[repr(fault)[:200]] += 1


def running() -> int:
    """How many replicas run."""
    deployment = serve.status().applications["rerank"].deployments["Replica"]
    return int(deployment.replica_states.get("RUNNING", 0))


def watch(seconds: float, until: int) -> list[tuple[float, int]]:
    """(seconds from now, replicas) at each change, until there are so many or the time is over."""
    start, seen = time.monotonic(), []
    while (now := time.monotonic() - start) < seconds:
        count = running()
        if not seen or seen[-1][1] != count:
            seen.append((round(now, 1), count))
        if count == until:
            break
        time.sleep(0.5)
    return seen


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=90, help="most, of each of both parts")
    given = parser.parse_args()
    with local_serve() as served:
        deploy(
            {"deadline_ms": 60_000, "cache_mb": 0},
            max_replicas=MAX_REPLICAS,
            queue_seconds=0.2,
            upscale_delay_s=2,
            downscale_delay_s=5,
        )
        with Load(served, CLIENTS, 0) as busy:
            up = watch(given.seconds, MAX_REPLICAS)
        with Load(served, 1, 1.0) as calm:
            down = watch(given.seconds, 1)
    outcome = {
        "replicas under load, by seconds": up,
        "and after it": down,
        "answers": busy.statuses + calm.statuses,
    }
    print(f"\n{json.dumps(outcome)}")


if __name__ == "__main__":
    main()
