"""Runs `rerank-sidecar` as a user does, and shows what it prints."""

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import sidecar

BAR = "━━━━"
"""A line of the error output with it is a progress bar."""


@dataclass(frozen=True)
class Ran:
    """What a command came to."""

    command: str
    status: int
    output: str


def run(work: Path, *arguments: object) -> Ran:
    """Runs it in the folder. Status 1 is an answer ("refused", "stopped an arm"); raises SystemExit
    for any other status but 0, and for a traceback."""
    words = [str(each) for each in arguments]
    command = "rerank-sidecar " + " ".join(words)
    print(f"\n[{time.strftime('%H:%M:%S')}] $ {command}", flush=True)
    paths = [str(Path(sidecar.__file__).parents[1]), os.environ.get("PYTHONPATH", "")]
    done = subprocess.run(
        [sys.executable, "-m", "sidecar", *words],
        cwd=work,
        env={**os.environ, "COLUMNS": "100", "PYTHONPATH": os.pathsep.join(filter(None, paths))},
        capture_output=True,
        text=True,
        check=False,
    )
    told = "".join(line for line in done.stderr.splitlines(keepends=True) if BAR not in line)
    output = done.stdout + told
    print(output, end="", flush=True)
    if done.returncode not in (0, 1) or "Traceback (most recent call last)" in done.stderr:
        raise SystemExit(f"{command}: ended with status {done.returncode}")
    return Ran(command, done.returncode, output)
