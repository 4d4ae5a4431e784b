"""Which machine the figures are of, and how much memory a process holds."""

import importlib.metadata
import os
import platform
import re
from dataclasses import dataclass
from pathlib import Path

from sidecar.runtime.cores import available_cores, read_cpu

PROC = Path("/proc")
MEMORY_TARGET_MB = 400.0
BUSY = 0.5
"""A load average above this: somebody else used the cores."""


@dataclass(frozen=True, slots=True)
class Machine:
    cpu: str
    cores: int
    amx: bool
    vnni: bool
    bf16: bool
    load_before: float | None
    """Load average before the run."""
    onnxruntime: str
    python: str

    @property
    def extensions(self) -> str:
        """What it has for products of small numbers, as "vnni, bf16"; "plain" without any."""
        return ", ".join(name for name in ("amx", "vnni", "bf16") if getattr(self, name)) or "plain"

    @property
    def warning(self) -> str | None:
        """What to say of a machine that was not idle before the run."""
        if self.load_before is None or self.load_before <= BUSY:
            return None
        return (
            f"The load average was {self.load_before:.1f} before the run: others used the cores, "
            "so trust the ratios alone."
        )


@dataclass(frozen=True, slots=True)
class Memory:
    """Resident MB (10^6 bytes) of the server: after the run, and at most."""

    resident: float
    peak: float
    target: float = MEMORY_TARGET_MB


def read_machine() -> Machine:
    cpu = read_cpu()
    return Machine(
        cpu=cpu.name,
        cores=available_cores(),
        amx=any(name.startswith("amx_") for name in cpu.flags),
        vnni=any("vnni" in name for name in cpu.flags),
        bf16=any("bf16" in name for name in cpu.flags),
        load_before=os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
        onnxruntime=_onnxruntime(),
        python=platform.python_version(),
    )


def read_memory(pid: int) -> Memory | None:
    """The memory of a process; None where there is no /proc."""
    status = _read(PROC / str(pid) / "status")
    found = {
        key: int(kibibytes) * 1024 / 1e6
        for key, kibibytes in re.findall(r"^(VmRSS|VmHWM):\s*(\d+) kB", status, re.MULTILINE)
    }
    return Memory(found["VmRSS"], found["VmHWM"]) if len(found) == 2 else None


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""


def _onnxruntime() -> str:
    for name in ("onnxruntime", "onnxruntime-gpu"):
        try:
            return f"{name} {importlib.metadata.version(name)}"
        except importlib.metadata.PackageNotFoundError:
            continue
    return "none"
