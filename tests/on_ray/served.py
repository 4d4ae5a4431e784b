"""The Ray Serve application on a Ray of this machine, beside `serve` and through an upgrade.

    python -m tests.on_ray.served --seconds 60    upgrades for that long

Three applications one after the other: of the shipped model, whose answers to every golden body
must be those of `rerank-sidecar serve`; of three models, of which a replica has one awake beside
the default; and of a model that is upgraded while clients ask, again and again.
"""

import argparse
import json
import os
import re
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

os.environ["RAY_SERVE_LOG_TO_STDERR"] = "0"

import ray
from ray import serve

from sidecar.on_ray.application import ServeOptions, build
from sidecar.workshop.sidecar_process import SidecarProcess, free_port
from tests.contracts.test_golden import CASES
from tests.http_client import Answer, post
from tests.tiny_models import tiny_model

BODY = {"query": "a query", "documents": ["one document", "another"]}
REVISION = "x-rerank-score-revision"
CHANGING = re.compile(r'"(created|\w*duration|\w+_latency|\w+_ms)": ?("[^"]*"|[0-9.]+)')
"""Of an answer: what is the moment's."""


class Served:
    """Where the application is asked."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"


@contextmanager
def local_serve() -> Iterator[Served]:
    """Ray Serve on a Ray of this machine, of four logical cores."""
    with ExitStack() as stack:
        ray.init(
            address="local",
            num_cpus=4,
            object_store_memory=100 << 20,
            include_dashboard=False,
            log_to_driver=False,
            logging_level="error",
        )
        stack.callback(ray.shutdown)
        port = free_port()
        serve.start(http_options={"host": "127.0.0.1", "port": port})
        stack.callback(serve.shutdown)
        yield Served(port)


def deploy(settings: dict[str, Any], **options: Any) -> None:
    """Returns when the application's replicas are those of the settings."""
    given = ServeOptions(settings={"log_level": "error", **settings}, cores=1, **options)
    serve.run(build(given), name="rerank")


def compare_golden(served: Any) -> int:
    """How many answers were compared with those of `serve`."""
    with SidecarProcess() as alone:
        for name, case in CASES.items():
            path = case["path"].replace("{model}", "nvidia/model")
            headers = {"x-request-id": f"golden-{abs(hash(name))}"}
            one, other = (post(each, path, case["body"], headers) for each in (alone, served))
            assert one.status == other.status, (name, one.raw, other.raw)
            assert stable(one) == stable(other), (name, one.raw, other.raw)
            for header in (REVISION, "content-type", "x-request-id", "x-rerank-warnings"):
                assert one.headers.get(header) == other.headers.get(header), (name, header)
    return len(CASES)


def stable(answer: Answer) -> str:
    return CHANGING.sub("", answer.raw.decode())


def ask(served: Any, model: str | None = None) -> tuple[str, str]:
    """(the revision that answered, its results)."""
    answer = post(served, "/v2/rerank", BODY | ({"model": model} if model else {}))
    assert answer.status == 200, answer.raw
    return str(answer.headers[REVISION]), json.dumps(answer.body["results"])


def compare_models(served: Any) -> int:
    """How many different models answered by their names, each always itself."""
    first = {name: ask(served, name) for name in ("one", "two", "three")}
    for name in ("three", "two", "one", "two", "unknown", None):
        assert ask(served, name) == first.get(name or "", first["one"])
    return len(set(first.values()))


def upgrade(served: Any, folders: list[Path], seconds: float) -> tuple[Counter[Any], Counter[str]]:
    """(answers by revision and results, failures) of four clients while the folders take turns."""
    answers: Counter[tuple[str, str]] = Counter()
    failures: Counter[str] = Counter()
    ended = threading.Event()

    def client() -> None:
        while not ended.is_set():
            try:
                answers[ask(served)] += 1
            except Exception as fault:  # whatever a client sees counts
                failures[repr(fault)[:200]] += 1

    clients = [threading.Thread(target=client) for _ in range(4)]
    for each in clients:
        each.start()
    until = time.monotonic() + seconds
    turns = 0
    while not turns or time.monotonic() < until:
        turns += 1
        deploy({"model": folders[turns % 2]})
    ended.set()
    for each in clients:
        each.join()
    return answers, failures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=0)
    given = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        tiny = [tiny_model(folder / str(number), number, name="one") for number in (1, 2, 3)]
        served = stack.enter_context(local_serve())
        deploy({})
        golden = compare_golden(served)
        models = f"one={tiny[0]},two={tiny[1]},three={tiny[2]}"
        deploy({"model": models}, models_per_replica=1)
        by_name = compare_models(served)
        serve.delete("rerank")
        deploy({"model": tiny[0]})
        answers, failures = upgrade(served, tiny[:2], given.seconds)
    outcome = {
        "golden answers": golden,
        "models by name": by_name,
        "answers by revision": [[revision, count] for (revision, _), count in answers.items()],
        "failures": failures,
    }
    print(f"\n{json.dumps(outcome)}")


if __name__ == "__main__":
    main()
