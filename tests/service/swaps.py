"""Models that are swapped, and workers that are killed, while clients search.

    python -m tests.service.swaps --swaps 1000 --kills 50     (isolation: process)
    python -m tests.service.swaps --swaps 1000                (isolation: thread)

Every answer must be that of exactly one of the two models, as it is when nothing changes; what is
no answer must be a well-formed refusal, and without kills there may be none.
"""

import argparse
import contextlib
import json
import os
import random
import shutil
import signal
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sidecar.access.api_key import digest_of
from sidecar.access.key_file import KeyEntry
from sidecar.workshop.models_admin import ModelsAdmin
from sidecar.workshop.sidecar_process import SidecarProcess
from tests.contracts.shapes import indexed
from tests.http_client import ERROR_KEYS, Answer, post
from tests.resident_memory import growth, resident_mb
from tests.service.searches import searches
from tests.tiny_models import tiny_model

KEY = "admin-key"
BODIES = 12
Ranking = list[tuple[int, float]]
"""(index, score) of each result, in the order of the answer."""


@dataclass
class Outcome:
    """What clients saw, and what the service kept of it."""

    answers: Counter[str] = field(default_factory=Counter)
    """By score revision."""
    refusals: Counter[str] = field(default_factory=Counter)
    """By status and error type."""
    wrong: list[str] = field(default_factory=list)
    swaps: int = 0
    kills: int = 0
    longest_restart_s: float = 0.0
    slowest_unready_s: float = 0.0
    """Between a kill and the `missing_workers` that say so."""
    rss_mb: list[float] = field(default_factory=list)
    """Of the service without its workers, at every fiftieth of the swaps."""


def run(
    folder: Path, *, swaps: int, kills: int = 0, clients: int = 4, seed: int = 0, weights: int = 0
) -> Outcome:
    """Swaps the model `m` so often; with kills in worker processes. `weights` are the bytes that
    each model holds beside its own."""
    chance = random.Random(seed)
    for number in (1, 2):
        tiny_model(folder / str(number), number, weights=weights)
    entry = KeyEntry.of(digest_of(KEY.encode()), name="ops", scopes={"admin", "rerank"})
    (folder / "keys.toml").write_text(entry.toml())
    settings = {
        "model": f"first={folder / '1'},m={folder / '1'}",
        "models_dir": folder,
        "api_keys_file": folder / "keys.toml",
        "strict_model": True,
        "workers": 2,
        "cache_mb": 0,
        "isolation": "process" if kills else "thread",
        "log_level": "error",
    }
    bodies = searches(chance, BODIES)
    outcome = Outcome()
    with SidecarProcess(settings) as service:
        admin = ModelsAdmin(service.url, KEY)
        quiet = _quiet_rankings(service, admin, bodies)
        stop = threading.Event()
        threads = [
            threading.Thread(
                target=_search, args=(service, bodies, quiet, outcome, stop, random.Random(client))
            )
            for client in range(clients)
        ]
        for thread in threads:
            thread.start()
        try:
            kill_after = set(chance.sample(range(swaps), kills))
            for swap in range(swaps):
                admin.load("m", str(2 - swap % 2))
                outcome.swaps += 1
                if swap in kill_after:
                    _kill(service, admin, outcome, chance)
                if swap % max(1, swaps // 50) == 0:
                    outcome.rss_mb.append(resident_mb(service.pid))
        finally:
            stop.set()
            for thread in threads:
                thread.join()
    return outcome


def _quiet_rankings(
    service: SidecarProcess, admin: ModelsAdmin, bodies: Sequence[dict[str, Any]]
) -> dict[str, list[Ranking]]:
    """Score revision -> the ranking of each body, when nothing else happens."""
    quiet = {}
    for number in ("1", "2"):
        revision = admin.load("m", number)["score_revision"]
        answers = [_ask(service, body) for body in bodies]
        assert all(answer.status == 200 for answer in answers)
        quiet[revision] = [_ranking(answer) for answer in answers]
    first, second = quiet.values()
    assert first != second
    return quiet


def _search(
    service: SidecarProcess,
    bodies: Sequence[dict[str, Any]],
    quiet: dict[str, list[Ranking]],
    outcome: Outcome,
    stop: threading.Event,
    chance: random.Random,
) -> None:
    while not stop.is_set():
        number = chance.randrange(len(bodies))
        answer = _ask(service, bodies[number])
        if answer.status != 200:
            body = answer.body
            outcome.refusals[f"{answer.status} {body.get('error_type')}"] += 1
            if set(body) != ERROR_KEYS:
                outcome.wrong.append(f"a refusal that is none: {body}")
            continue
        revision = answer.headers["x-rerank-score-revision"]
        outcome.answers[revision] += 1
        if _ranking(answer) != quiet[revision][number]:
            outcome.wrong.append(f"body {number} under {revision}: {_ranking(answer)}")


def _ask(service: SidecarProcess, body: dict[str, Any]) -> Answer:
    headers = {"Authorization": f"Bearer {KEY}"}
    return post(service, "/v2/rerank", {**body, "model": "m"}, headers)


def _ranking(answer: Answer) -> Ranking:
    return list(indexed(answer.body))


def _kill(
    service: SidecarProcess, admin: ModelsAdmin, outcome: Outcome, chance: random.Random
) -> None:
    """Kills a worker of a model that serves, and waits until it is replaced."""
    workers = [child for child in _children(service.pid) if _age_s(child) > 1.0]
    if not workers:
        return
    killed = chance.choice(workers)
    start = time.monotonic()
    try:
        os.kill(killed, signal.SIGKILL)
    except ProcessLookupError:  # its model was unloaded
        return
    outcome.kills += 1
    unready = False
    while time.monotonic() < start + 60:
        missing = sum(model.get("missing_workers", 0) for model in admin.models())
        now = time.monotonic() - start
        if missing and not unready:
            unready = True
            outcome.slowest_unready_s = max(outcome.slowest_unready_s, now)
        if not missing and (unready or now > 1.0):
            if unready:
                outcome.longest_restart_s = max(outcome.longest_restart_s, now)
            return
        time.sleep(0.01)
    outcome.wrong.append("a worker was not replaced within a minute")


def _children(pid: int) -> list[int]:
    """Of all threads of the process."""
    children = []
    for thread in Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(OSError):  # the thread has ended
            children += map(int, (thread / "children").read_text().split())
    return children


def _age_s(pid: int) -> float:
    try:
        started = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19])
    except OSError:
        return 0.0
    up_s = float(Path("/proc/uptime").read_text().split()[0])
    return up_s - started / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Exits with 1 when an answer was wrong, or when one failed and no worker was killed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--swaps", type=int, default=1000)
    parser.add_argument("--kills", type=int, default=0)
    parser.add_argument("--clients", type=int, default=4)
    parser.add_argument("--weights", type=int, default=8 * 2**20, help="bytes of each model")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp())
    start = time.monotonic()
    try:
        outcome = run(
            folder,
            swaps=options.swaps,
            kills=options.kills,
            clients=options.clients,
            weights=options.weights,
        )
    finally:
        shutil.rmtree(folder)
    report = {
        "seconds": round(time.monotonic() - start, 1),
        "swaps": outcome.swaps,
        "kills": outcome.kills,
        "answers": dict(outcome.answers),
        "refusals": dict(outcome.refusals),
        "wrong": outcome.wrong[:10],
        "longest restart, s": round(outcome.longest_restart_s, 2),
        "slowest to say so, s": round(outcome.slowest_unready_s, 2),
        "memory, growth from the second to the last fifth": round(growth(outcome.rss_mb), 3),
        "memory, MB": [round(each, 1) for each in outcome.rss_mb],
    }
    print(json.dumps(report, indent=1))
    raise SystemExit(1 if outcome.wrong or (outcome.refusals and not outcome.kills) else 0)


if __name__ == "__main__":
    main()
