"""What a command has measured so far, so that an interrupted one resumes."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any


class MeasurementCache:
    """Measured values by their keys, in a file of JSON lines beside the model folder."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._values: dict[str, Any] = {}
        if path.is_file():
            for line in path.read_text(encoding="utf8").splitlines():
                try:
                    row = json.loads(line)
                    self._values[row["key"]] = row["value"]
                except (ValueError, KeyError):  # cut off by a kill, or of another version
                    continue

    def get_or_measure(self, key: str, measure: Callable[[], Any]) -> Any:
        """The value stored under `key`, or what `measure` returns, which is then stored.

        A key names everything that the value depends on.
        """
        if key not in self._values:
            self._values[key] = measure()
            with self._path.open("a", encoding="utf8") as file:
                file.write(json.dumps({"key": key, "value": self._values[key]}) + "\n")
        return self._values[key]

    def remove(self) -> None:
        """Deletes the file: the command has finished."""
        self._path.unlink(missing_ok=True)
