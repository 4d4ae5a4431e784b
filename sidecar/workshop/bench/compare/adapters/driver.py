"""Serves an adapter over standard input and output, a JSON object a line.

    driver.py ADAPTER.py SETTINGS

An adapter is a file with `open_model(settings) -> score`, where `score(query, documents,
batch_size)` returns a logit for each document; `PACKAGES`, whose versions are reported; and
`PARALLEL`, True where several threads may call `score` at a time. It may import the files beside
it.

    first line out   {"ready": true, "versions": {...}}
    in               {"requests": [[query, documents], ...], "batch_size": 16, "at_once": false}
    out              {"seconds": 1.2, "request_seconds": [...], "logits": [[...], ...]}
    on failure       {"error": "..."}

With `at_once` all requests arrive together: a library without PARALLEL scores them one after the
other, and the time of each runs from their common arrival.
"""

import contextlib
import importlib.metadata
import json
import os
import runpy
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

Score = Callable[[str, list[str], int], list[float]]


def answer(call: dict[str, Any], score: Score, parallel: bool) -> dict[str, Any]:
    """Scores the requests of one call and times them."""
    requests, batch_size, at_once = call["requests"], call["batch_size"], call["at_once"]
    start = time.perf_counter()

    def timed(request: tuple[str, list[str]]) -> tuple[float, list[float]]:
        begin = start if at_once else time.perf_counter()
        query, documents = request
        logits = score(query, documents, batch_size)
        return time.perf_counter() - begin, [float(logit) for logit in logits]

    if at_once and parallel:
        with ThreadPoolExecutor(len(requests)) as clients:
            results = list(clients.map(timed, requests))
    else:
        results = [timed(request) for request in requests]
    seconds = time.perf_counter() - start
    return {
        "seconds": seconds,
        "request_seconds": [request_seconds for request_seconds, _ in results],
        "logits": [logits for _, logits in results],
    }


def main(adapter: str, settings: str) -> None:
    """Serves until standard input ends."""
    # Libraries print to standard output: answers go to a copy of it, their output to stderr.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as score_file:
        score_file.write("1000")  # when memory runs out, the kernel kills this process first

    def send(message: dict[str, Any]) -> None:
        answers.write(json.dumps(message) + "\n")
        answers.flush()

    sys.path.append(os.path.dirname(adapter))  # the driver runs with -I
    try:
        module = runpy.run_path(adapter)
        score = module["open_model"](json.loads(settings))
        versions = {name: importlib.metadata.version(name) for name in module["PACKAGES"]}
    except Exception as fault:
        send({"error": f"{type(fault).__name__}: {fault}"})
        return
    send({"ready": True, "versions": versions})
    for line in sys.stdin:
        try:
            send(answer(json.loads(line), score, module["PARALLEL"]))
        except Exception as fault:
            send({"error": f"{type(fault).__name__}: {fault}"})


if __name__ == "__main__":
    main(*sys.argv[1:])
