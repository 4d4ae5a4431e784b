"""`rerank-file` on a Ray of several processes, whose actors are killed at random moments.

    python -m tests.on_ray.killed_actors --kills 25 --megabytes 300

A ranker without a model, slow at some rows, works on rows of many sizes; with `--megabytes` they
are more than the object store holds. The output must be, byte by byte, that of one process.
"""

import argparse
import contextlib
import os
import random
import signal
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sidecar.on_ray.actors import OpenRanker
from sidecar.on_ray.cluster import Cluster
from sidecar.on_ray.file import on_ray
from sidecar.workshop.bulk.input_rows import InputRow
from sidecar.workshop.bulk.rerank_file import BulkSpec, rerank_file
from sidecar.workshop.bulk.row_ranker import Ranking, Rejected
from sidecar.workshop.model.progress import Advance, no_progress
from tests.workshop.bulk.by_length import ByLength, row, run, spec, write_rows

STORE_MB = 100
"""Little more than the least that Ray takes."""
IDENTITY = {"model": "by length"}


@dataclass(frozen=True)
class Slowly:
    """A ranker in an actor that takes its time, and more of it for some rows."""

    seconds: float

    @contextlib.contextmanager
    def __call__(self) -> Iterator[ByLength]:
        yield _Slow(IDENTITY, self.seconds)


class _Slow(ByLength):
    def rank(self, row: InputRow) -> Ranking | Rejected:
        if row.number % 17 == 0:
            time.sleep(10 * self.seconds)
        return super().rank(row)


def make_rows(path: Path, count: int, megabytes: int, seed: int) -> Path:
    """Rows of two to four hits; every ninth is no row."""
    drawn = random.Random(seed)
    mean = megabytes * 2**20 // (3 * count)

    def titles() -> list[str]:
        many = drawn.randint(2, 4)
        return ["x" * (drawn.randrange(2 * mean + 1) + drawn.randint(1, 90)) for _ in range(many)]

    return write_rows(
        path, [row(number, *titles()) if number % 9 else number for number in range(1, count + 1)]
    )


def actors_of(pid: int) -> list[int]:
    """The processes of actors that a Ray which that process started has now."""
    parents, actors = {}, []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            child = int(folder.name)
            parents[child] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            if (folder / "cmdline").read_bytes().startswith(b"ray::MapWorker"):
                actors.append(child)

    def is_ours(child: int) -> bool:
        while child in parents and child != pid:
            child = parents[child]
        return child == pid

    return [actor for actor in actors if is_ours(actor)]


class Killer:
    """Kills an actor when so many rows are ranked; numbers drawn from the first half."""

    def __init__(self, kills: int, rows: int, drawn: random.Random) -> None:
        self._at = sorted(drawn.sample(range(rows // 2), kills))
        self._drawn = drawn
        self._ranked = 0
        self.killed_at: list[int] = []

    def begin_step(self, step: str, parts: int) -> Advance:
        if step != "ranking":
            return no_progress(step, parts)
        threading.Thread(target=self._kill, daemon=True).start()
        return self._advance

    def _advance(self) -> None:
        self._ranked += 1

    def _kill(self) -> None:
        for moment in self._at:
            while self._ranked < moment or not (actors := actors_of(os.getpid())):
                time.sleep(0.05)
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._drawn.choice(actors), signal.SIGKILL)
                self.killed_at.append(self._ranked)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=400)
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--actors", type=int, default=2)
    parser.add_argument("--megabytes", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=0.02, help="that a row takes")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    killer = Killer(given.kills, given.rows, random.Random(given.seed))

    def ranker_of(_: BulkSpec, __: Cluster) -> OpenRanker:
        return Slowly(given.seconds)

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = make_rows(folder / "in.jsonl", given.rows, given.megabytes, given.seed)
        alone, killed = spec(source, folder / "alone.jsonl"), spec(source, folder / "killed.jsonl")
        run(alone, IDENTITY)
        cluster = Cluster(actors=given.actors, cores=1 / given.actors, store_mb=STORE_MB)
        outcome = rerank_file(killed, killer.begin_step, on_ray(cluster, ranker_of))
        same = all(
            one.read_bytes() == other.read_bytes()
            for one, other in ((alone.target, killed.target), (alone.rejects, killed.rejects))
        )
        size = source.stat().st_size >> 20
    print(
        f"{outcome.rows} rows of {size} MB, actors killed after {killer.killed_at} of them; "
        f"the output is {'the same' if same else 'OTHER'}"
    )
    raise SystemExit(not same)


if __name__ == "__main__":
    main()
