"""Runs the steps in order, each within its time, and writes tables of all that was measured.

    python -m tests.gpu --out DIR                        on the GPU
    python -m tests.gpu --out DIR --steps install numerics --minutes 5
    python -m tests.gpu --out DIR --device cpu --small   on a CPU, to try the code

DIR gets `results.json`, whole at any time, and `tables.md` (alone with --minutes 0). A second call
goes on where the first one ended. Graphs are made in DIR/graphs. Exits 1 when a measurement failed.
"""

import argparse
import gc
import os
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

# Beside other work a thread of torch that waits must sleep.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

import onnxruntime as ort
import torch

from tests.gpu import ceilings, install, numerics, serving, throughput
from tests.gpu.bench import Bench
from tests.gpu.record import OutOfTimeError, Record
from tests.gpu.targets import markdown
from tests.gpu.timing import Effort, peak_of

TABLES = "tables.md"
MINUTES = 9.0
STEPS: dict[str, tuple[float, Callable[[Bench], None]]] = {
    install.STEP: (1.5, install.run),
    ceilings.STEP: (1.0, ceilings.run),
    numerics.STEP: (3.0, numerics.run),
    "qwen3-0.6b": (6.0, partial(throughput.run, name="qwen3-0.6b")),
    serving.STEP: (5.0, serving.run),
    "minilm": (2.0, partial(throughput.run, name="minilm")),
    "m3": (4.0, partial(throughput.run, name="m3")),
}
"""Minutes at most in a call of MINUTES (in a longer one as much more), and what to do; in the order
of what matters most."""


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.gpu", description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--device", choices=("cuda", "cpu"), default="cuda")
    parser.add_argument("--minutes", type=float, default=MINUTES, help="for all steps of this call")
    parser.add_argument("--steps", nargs="+", choices=STEPS, default=list(STEPS))
    parser.add_argument("--small", action="store_true", help="tiny networks: to try the code")
    parser.add_argument("--retry", action="store_true", help="measure again what failed")
    parser.add_argument("--peak-tflops", type=float, help="dense fp16 peak of the device")
    asked = parser.parse_args(arguments)
    record = Record(asked.out, retry=asked.retry)
    bench = Bench(
        record,
        asked.out / "graphs",
        asked.device,
        asked.small,
        asked.peak_tflops or (peak_of(torch.cuda.get_device_name()) if on_gpu(asked) else None),
    )
    if asked.device == "cuda":
        ort.preload_dlls()
    if asked.small:
        bench.effort = Effort(warm_up=1, rounds=2, seconds=0.0)
    perform(bench, asked.steps, asked.minutes * 60)
    (asked.out / TABLES).write_text(markdown(record.figures))
    print(markdown(record.figures))
    failed = [
        f"{step}: {key}: {told['error']}"
        for step, found in record.figures.items()
        for key, told in found.items()
        if "error" in told
    ]
    print("\n".join(failed))
    return 1 if failed else 0


def on_gpu(asked: argparse.Namespace) -> bool:
    return asked.device == "cuda" and torch.cuda.is_available()


def perform(bench: Bench, steps: list[str], seconds: float) -> None:
    """Each step until it is done, its own time is over or the call's is."""
    ends = time.monotonic() + seconds
    longer = max(1.0, seconds / 60 / MINUTES)
    for name in steps:
        limit, step = STEPS[name]
        began = time.monotonic()
        bench.record.limit(min(ends, began + limit * longer * 60))
        try:
            step(bench)
            state = "done"
        except OutOfTimeError:
            state = "out of time; call again to go on"
        gc.collect()  # sessions hold the device's memory
        print(f"{name}: {time.monotonic() - began:.0f} s, {state}", flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
