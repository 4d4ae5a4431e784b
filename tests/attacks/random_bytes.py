"""Random bytes, and requests with some of their bytes changed, to one service over raw sockets.

    python -m tests.attacks.random_bytes [--seconds 600] [--seed 1]

Fails when an answer is a 500, when the service does not answer a good request within ten seconds,
or when its memory has grown by more than 100 MB since the first tenth of the time.
"""

import argparse
import contextlib
import json
import random
import time
from collections import Counter

from sidecar.contracts.dialects import DIALECTS
from sidecar.workshop.sidecar_process import SidecarProcess
from tests.attacks.raw_http import chunked, connect, length, post, read_all, statuses
from tests.contracts.shapes import url_of
from tests.http_client import post as ask_for

PIECES = (
    b"\r\n",
    b"\n",
    b"\0",
    b"\xff",
    b"{",
    b"[",
    b'"',
    b"\\ud83d",
    b"1e999",
    b"null",
    b"Content-Length: 5\r\n",
    b"Transfer-Encoding: chunked\r\n",
    b"Content-Encoding: gzip\r\n",
    b"Connection: close\r\n",
    b"Expect: 100-continue\r\n",
    b"Upgrade: h2c\r\n",
    b"../",
    b"%00",
)
MAX_GROWTH_MB = 100
GOOD = {"query": "q", "documents": ["a"]}


def request(chance: random.Random) -> bytes:
    """A request of a dialect with some of its bytes changed, or bytes alone."""
    if chance.random() < 0.1:
        return chance.randbytes(chance.randrange(1, 5000)) + b"\r\n\r\n"
    dialect = chance.choice(DIALECTS)
    body = bytearray(json.dumps(dialect.example).encode())
    for _ in range(chance.choice((0, 0, 1, 5))):
        body[chance.randrange(len(body))] = chance.randrange(256)
    head = [chunked(bytes(body)), b"Transfer-Encoding: chunked"]
    if chance.random() < 0.8:
        head = [bytes(body), length(bytes(body))]
    raw = bytearray(post(*head, path=url_of(chance.choice(dialect.paths)).encode()))
    for _ in range(chance.choice((0, 0, 1, 3, 10))):
        at = chance.randrange(len(raw))
        raw[at : at + chance.choice((0, 1, 8))] = chance.choice(PIECES)
    return bytes(raw)


def memory_mb(server: SidecarProcess) -> int:
    with open(f"/proc/{server.pid}/status") as status:
        return next(int(line.split()[1]) // 1024 for line in status if line.startswith("VmRSS"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    chance = random.Random(options.seed)
    counts: Counter[int] = Counter()
    with SidecarProcess() as server:
        start, first = time.monotonic(), 0
        while (spent := time.monotonic() - start) < options.seconds:
            if not first and spent > options.seconds / 10:
                first = memory_mb(server)
            raw = request(chance)
            with connect(server.url) as connection, contextlib.suppress(AssertionError, OSError):
                connection.sendall(raw)
                answers = statuses(read_all(connection, first_s=0.3, silence_s=0.02))
                counts.update(answers or [0])
                assert_no_bug(answers, raw)
            if sum(counts.values()) % 50 == 0:
                began = time.monotonic()
                assert ask_for(server, "/v2/rerank", GOOD).status == 200
                assert time.monotonic() - began < 10
        last = memory_mb(server)
    print(f"{sum(counts.values())} answers by status (0: closed without one): {dict(counts)}")
    print(f"memory: {first} MB after a tenth of the time, {last} MB at the end")
    assert last - first < MAX_GROWTH_MB


def assert_no_bug(answers: list[int], raw: bytes) -> None:
    if 500 in answers:
        raise SystemExit(f"500 for {raw!r}")


if __name__ == "__main__":
    main()
