"""The figures of a benchmark as a JSON file."""

from pathlib import Path

import orjson


def to_json(figures: object) -> bytes:
    """Dataclasses of figures as indented JSON with a final newline."""
    return orjson.dumps(figures, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def write_json(figures: object, path: Path | None) -> None:
    """Writes the figures to `path`, if there is one."""
    if path is not None:
        path.write_bytes(to_json(figures))
