"""A process that reranks a file, killed at random moments until its output is there.

The row that a kill comes at is drawn, and the moment within the row is the machine's.
"""

import random
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from sidecar.workshop.bulk.rerank_file import kept_beside
from tests.workshop.bulk.by_length import row, write_rows

WORDS = "red blue shoe sock rain boot trail road warm dry light thin wool felt".split()


COMMAND = (sys.executable, "-m", "sidecar", "rerank-file")
WITHOUT_A_MODEL = (sys.executable, "-m", "tests.workshop.bulk.by_length")


@dataclass(frozen=True)
class Files:
    source: Path
    target: Path
    command: tuple[str, ...] = COMMAND

    @property
    def rejects(self) -> Path:
        return self.target.with_name(f"{self.target.name}.rejects.jsonl")

    def start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen([*self.command, self.source, self.target], stderr=subprocess.PIPE)

    def ranked(self) -> int:
        """Rows that are in the file of rankings; -1 without one."""
        try:
            return kept_beside(self.target).read_bytes().count(b"\n") - 1
        except FileNotFoundError:
            return -1


def make_rows(path: Path, count: int, seed: int = 0) -> Path:
    """Rows with two to four hits of few words; every ninth is no row."""
    drawn = random.Random(seed)

    def titles() -> list[str]:
        return [" ".join(drawn.choices(WORDS, k=4)) for _ in range(drawn.randint(2, 4))]

    return write_rows(
        path, [row(number, *titles()) if number % 9 else number for number in range(1, count + 1)]
    )


def run_with_kills(files: Files, kills: int, rows: int, seed: int = 0) -> list[int]:
    """Runs the command to its end, killed so many times; returns how many rows were ranked at each
    kill."""
    drawn = random.Random(seed)
    at = sorted(drawn.sample(range(1, rows), kills))
    killed = []
    for moment in at:
        process = files.start()
        while files.ranked() < moment and process.poll() is None:
            time.sleep(0.001)
        time.sleep(drawn.random() * 0.01)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        killed.append(files.ranked())
    last = files.start()
    _, said = last.communicate()
    assert last.returncode == 0, said.decode()
    return killed
