"""Step `install`: does the service start on this device, and refuse where it should?"""

import importlib.metadata
import os
import platform
import subprocess
import sys
from typing import Any

import onnxruntime as ort

from sidecar import Reranker
from sidecar.runtime.manifest import Manifest
from sidecar.runtime.model_folder import shipped_model
from sidecar.runtime.onnx_session import PROVIDERS
from tests.gpu.bench import Bench
from tests.gpu.record import Figures

STEP = "install"
PACKAGES = (
    "onnxruntime onnxruntime-gpu torch transformers onnx numpy tokenizers aiohttp orjson pydantic "
    "nvidia-cublas nvidia-cudnn-cu13 nvidia-cuda-runtime nvidia-cufft"
).split()
OPEN = """
import sys
import onnxruntime
if "{hide}":
    onnxruntime.preload_dlls = lambda *given, **named: None
from sidecar import Reranker
from sidecar.errors import RerankError
try:
    Reranker.open(device="cuda").close()
except RerankError as fault:
    print(type(fault).__name__, fault)
    sys.exit(3)
"""
REFUSED = 3


def run(bench: Bench) -> None:
    """Takes the measurements of the step that are missing."""
    once = bench.record.once
    once(STEP, "versions", versions)
    once(STEP, "device", device)
    once(STEP, "providers", lambda: providers(bench))
    once(STEP, "start", lambda: start(bench))
    once(STEP, "refusal without a device", lambda: refusal({"CUDA_VISIBLE_DEVICES": ""}))
    once(STEP, "refusal without libraries", lambda: refusal({"LD_LIBRARY_PATH": ""}, hide="yes"))


def versions() -> Figures:
    """Versions of installed packages; with both onnxruntime wheels the service does not start."""
    installed: Figures = {"python": platform.python_version(), "cpu": _cpu()}
    for name in PACKAGES:
        try:
            installed[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return installed


def _cpu() -> str:
    with open("/proc/cpuinfo") as lines:
        names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{len(names)} x {names[0]}" if names else platform.machine()


def device() -> Figures:
    """The GPU, its memory and driver, by nvidia-smi."""
    query = "name,memory.total,driver_version,compute_cap,clocks.max.sm"
    done = subprocess.run(
        ["nvidia-smi", f"--query-gpu={query}", "--format=csv,noheader"],
        capture_output=True,
        text=True,
        check=True,
    )
    values = [value.strip() for value in done.stdout.splitlines()[0].split(",")]
    return dict(zip(query.split(","), values, strict=True))


def providers(bench: Bench) -> Figures:
    """The providers that a session of the shipped float graph uses, beside those installed."""
    folder = shipped_model()
    graph = Manifest.read(folder).graphs["float"]
    options = ort.SessionOptions()
    for key, value in graph.session_config.items():
        options.add_session_config_entry(key, value)
    session = ort.InferenceSession(
        folder / graph.file, options, providers=[PROVIDERS[bench.device]]
    )
    used = session.get_providers()
    if used[0] != PROVIDERS[bench.device]:
        raise RuntimeError(f"the session runs on {used[0]}")
    return {"session": used, "available": ort.get_available_providers()}


def start(bench: Bench) -> Figures:
    """The service's own start, which checks placement and canonical pairs."""
    with Reranker.open(device=bench.device, graph="float") as reranker:
        result: Any = reranker.rerank("red shoes", ["Plain sock", "Red running shoe"])
    return {
        "best": result.ranked[0].index,
        "scores": [document.score for document in result.ranked],
    }


def refusal(environment: dict[str, str], hide: str = "") -> Figures:
    """A start on CUDA that must fail, in a process of its own. Raises RuntimeError otherwise."""
    done = subprocess.run(
        [sys.executable, "-c", OPEN.format(hide=hide)],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    if done.returncode == 0 and hide:
        return {"refused": "no: the system has CUDA's libraries where the loader finds them"}
    if done.returncode != REFUSED:
        raise RuntimeError(f"status {done.returncode}: {(done.stdout + done.stderr)[-400:]}")
    return {"refused": done.stdout.strip()[-400:]}
