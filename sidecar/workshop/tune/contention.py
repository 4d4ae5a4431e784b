"""How long this process's threads waited for cores that other processes used.

On a busy machine the fastest layout is the one that the kernel's scheduler favours, and on a quiet
one it may be the slowest. The load average covers the last minute, this exactly the rounds.

Format: Linux, Documentation/scheduler/sched-stats.rst, /proc/<pid>/task/<tid>/schedstat.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

TASKS = Path("/proc/self/task")
BUSY = 0.1
"""Share of waiting from which the machine counts as busy."""


@dataclass(frozen=True, slots=True)
class CpuContention:
    """Time of all threads together: on a core, and ready but waiting for one."""

    ran_ns: int = 0
    waited_ns: int = 0

    @classmethod
    def now(cls, tasks: Path = TASKS) -> Self:
        """Since the threads began; zero where the kernel does not count it."""
        ran_ns = waited_ns = 0
        for path in tasks.glob("*/schedstat"):
            try:
                fields = path.read_text().split()
            except OSError:  # the thread has ended
                continue
            ran_ns += int(fields[0])
            waited_ns += int(fields[1])
        return cls(ran_ns, waited_ns)

    def __add__(self, other: "CpuContention") -> "CpuContention":
        return CpuContention(self.ran_ns + other.ran_ns, self.waited_ns + other.waited_ns)

    def __sub__(self, other: "CpuContention") -> "CpuContention":
        return CpuContention(self.ran_ns - other.ran_ns, self.waited_ns - other.waited_ns)

    @property
    def share(self) -> float:
        """Waiting, as a share of the time in which threads were ready to run."""
        total = self.ran_ns + self.waited_ns
        return self.waited_ns / total if total > 0 else 0.0
