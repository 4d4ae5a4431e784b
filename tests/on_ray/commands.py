"""Commands that start a Ray of their own, each in a process of its own: Ray leaves threads and
warnings in the one that starts it."""

import subprocess
import sys


def run(*module_and_arguments: object) -> subprocess.CompletedProcess[str]:
    """`python -m ...`, at its end."""
    command = [sys.executable, "-m", *map(str, module_and_arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)
