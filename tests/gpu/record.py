"""What was measured, in one JSON file that is whole at any time, and the time that is left.

A run that was killed goes on where it ended: what the file has is not measured again.
"""

import json
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

FILE = "results.json"
Figures = dict[str, Any]


class OutOfTimeError(Exception):
    """The step's time is over; its figures so far are kept."""


class Record:
    """Figures by step and key, written to a file as they are measured."""

    def __init__(self, folder: Path, *, retry: bool = False) -> None:
        """`retry` repeats measurements that failed in an earlier call."""
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / FILE
        self._retry = retry
        self._tried: set[tuple[str, str]] = set()
        self._deadline = float("inf")
        self.figures: dict[str, dict[str, Figures]] = {}
        if self.path.exists():
            self.figures = json.loads(self.path.read_text())

    def limit(self, deadline: float) -> None:
        """No measurement begins after `deadline`, on `time.monotonic`'s clock."""
        self._deadline = deadline

    def check_time(self) -> None:
        """Raises OutOfTimeError when the step's time is over."""
        if time.monotonic() >= self._deadline:
            raise OutOfTimeError

    def once(self, step: str, key: str, measure: Callable[[], Figures]) -> Figures:
        """The figures of a measurement, taken now unless the file has them.

        An exception becomes the figures {"error": reason, ...}. Raises OutOfTimeError before a
        measurement when the time is over.
        """
        known = self.figures.get(step, {}).get(key)
        again = self._retry and (step, key) not in self._tried
        if known is not None and not ("error" in known and again):
            return known
        self.check_time()
        self._tried.add((step, key))
        start = time.monotonic()
        try:
            figures = measure()
        except OutOfTimeError:
            raise
        except Exception as fault:  # any error of a runtime is a result
            last = traceback.extract_tb(fault.__traceback__)[-1]
            where = f"{Path(last.filename).name}:{last.lineno}"
            figures = {"error": f"{type(fault).__name__}: {fault}"[:800], "where": where}
        self.figures.setdefault(step, {})[key] = figures | {
            "took_s": round(time.monotonic() - start, 2)
        }
        self.save()
        return self.figures[step][key]

    def save(self) -> None:
        """Writes the file in one step."""
        part = self.path.with_suffix(".part")
        part.write_text(json.dumps(self.figures, indent=1) + "\n")
        part.replace(self.path)
