"""Runs the steps in order, each within its time, and writes tables of all measurements.

    python -m tests.gpu --out DIR                        on the GPU
    python -m tests.gpu --out DIR --steps install numerics --minutes 5
    python -m tests.gpu --out DIR --device cpu --small   on a CPU, to try the code

DIR gets `results.json`, complete at any time, and `tables.md` (only that with --minutes 0). A
second call continues where the first ended. Graphs are made in DIR/graphs. The exit status is 1
when a measurement failed.
"""

import argparse
import gc
import os
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

# Waiting threads of torch must sleep, or they disturb what is measured beside them.
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
"""Time limit in minutes of a call of MINUTES (scaled for a longer one) and the step, the most
important first."""


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.gpu", description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--device", choices=("cuda", "cpu"), default="cuda")
    parser.add_argument("--minutes", type=float, default=MINUTES, help="for all steps of this call")
    parser.add_argument("--steps", nargs="+", choices=STEPS, default=list(STEPS))
    parser.add_argument("--small", action="store_true", help="tiny networks, to try the code")
    parser.add_argument("--retry", action="store_true", help="repeat measurements that failed")
    parser.add_argument("--peak-tflops", type=float, help="dense fp16 peak of the device")
    options = parser.parse_args(arguments)
    record = Record(options.out, retry=options.retry)
    bench = Bench(
        record,
        options.out / "graphs",
        options.device,
        options.small,
        options.peak_tflops or (peak_of(torch.cuda.get_device_name()) if on_gpu(options) else None),
    )
    if options.device == "cuda":
        ort.preload_dlls()
    if options.small:
        bench.effort = Effort(warm_up=1, rounds=2, seconds=0.0)
    perform(bench, options.steps, options.minutes * 60)
    (options.out / TABLES).write_text(markdown(record.figures))
    print(markdown(record.figures))
    failed = [
        f"{step}: {key}: {cell['error']}"
        for step, cells in record.figures.items()
        for key, cell in cells.items()
        if "error" in cell
    ]
    print("\n".join(failed))
    return 1 if failed else 0


def on_gpu(options: argparse.Namespace) -> bool:
    return options.device == "cuda" and torch.cuda.is_available()


def perform(bench: Bench, steps: list[str], seconds: float) -> None:
    """Runs each step until it is done, or until its time or the call's is over."""
    deadline = time.monotonic() + seconds
    scale = max(1.0, seconds / 60 / MINUTES)
    for name in steps:
        limit, step = STEPS[name]
        start = time.monotonic()
        bench.record.limit(min(deadline, start + limit * scale * 60))
        try:
            step(bench)
            state = "done"
        except OutOfTimeError:
            state = "out of time; call again to go on"
        gc.collect()  # sessions hold memory of the device
        print(f"{name}: {time.monotonic() - start:.0f} s, {state}", flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
