"""What a command has measured so far: it goes on there when it was broken off."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any


class MeasurementCache:
    """Measured values by their keys, in a file beside the model folder."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: dict[str, Any] = {}
        if path.is_file():
            for line in path.read_text(encoding="utf8").splitlines():
                try:
                    row = json.loads(line)
                    self._known[row["key"]] = row["value"]
                except (ValueError, KeyError):  # cut off by a kill, or of another version
                    continue

    def get_or_measure(self, key: str, measure: Callable[[], Any]) -> Any:
        """The value that is known by the key, else what `measure` returns, which is written down.

        A key names all that the value depends on.
        """
        if key not in self._known:
            self._known[key] = measure()
            with self._path.open("a", encoding="utf8") as file:
                file.write(json.dumps({"key": key, "value": self._known[key]}) + "\n")
        return self._known[key]

    def remove(self) -> None:
        self._path.unlink(missing_ok=True)
