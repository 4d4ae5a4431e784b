"""How long this process's threads waited for a core: what others took of the machine, and when.

Beside other work the fastest layout is the one that the kernel's scheduler gives most to, and on a
quiet machine it may be the slowest. The load average tells of a minute ago, this of the rounds.

Format: Linux, Documentation/scheduler/sched-stats.rst, /proc/<pid>/task/<tid>/schedstat.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

TASKS = Path("/proc/self/task")
BUSY = 0.1
"""Share from which a measurement is one of a busy machine."""


@dataclass(frozen=True, slots=True)
class CpuContention:
    """Nanoseconds of all threads together: on a core, and ready but waiting for one."""

    ran: int = 0
    waited: int = 0

    @classmethod
    def now(cls, tasks: Path = TASKS) -> Self:
        """Since the threads began; nothing where the kernel does not tell."""
        ran = waited = 0
        for path in tasks.glob("*/schedstat"):
            try:
                fields = path.read_text().split()
            except OSError:  # the thread has just ended
                continue
            ran, waited = ran + int(fields[0]), waited + int(fields[1])
        return cls(ran, waited)

    def __add__(self, other: "CpuContention") -> "CpuContention":
        return CpuContention(self.ran + other.ran, self.waited + other.waited)

    def __sub__(self, other: "CpuContention") -> "CpuContention":
        return CpuContention(self.ran - other.ran, self.waited - other.waited)

    @property
    def share(self) -> float:
        """Of the time in which a thread could have run, that in which it had to wait."""
        total = self.ran + self.waited
        return self.waited / total if total > 0 else 0.0
