"""The machine that was measured, and the memory of a process."""

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
"""Load average above which other processes used the cores."""


@dataclass(frozen=True, slots=True)
class Machine:
    """The machine, and what scores and speed depend on."""

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
        """The CPU's low-precision instructions, as "vnni, bf16"; "plain" without any."""
        return ", ".join(name for name in ("amx", "vnni", "bf16") if getattr(self, name)) or "plain"

    @property
    def warning(self) -> str | None:
        """A warning when the machine was not idle before the run."""
        if self.load_before is None or self.load_before <= BUSY:
            return None
        return (
            f"The load average was {self.load_before:.1f} before the run: other processes used the "
            "cores, so trust only the ratios."
        )


@dataclass(frozen=True, slots=True)
class Memory:
    """Resident memory of the server in MB (10^6 bytes): after the run, and its peak."""

    resident: float
    peak: float
    target: float = MEMORY_TARGET_MB


def read_machine() -> Machine:
    """This machine, now."""
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
    megabytes = {
        key: int(kibibytes) * 1024 / 1e6
        for key, kibibytes in re.findall(r"^(VmRSS|VmHWM):\s*(\d+) kB", status, re.MULTILINE)
    }
    if len(megabytes) != 2:
        return None
    return Memory(megabytes["VmRSS"], megabytes["VmHWM"])


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
