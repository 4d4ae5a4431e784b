"""The table of the chart's values, from values.yaml.

python -m tests.docker.values_table        # prints it, for docs/deploying.md
"""

import json
from collections.abc import Iterator
from typing import Any

import yaml

from tests.docker.chart import CHART

VALUES = CHART / "values.yaml"


def described() -> Iterator[tuple[str, str]]:
    """(dotted key, meaning) of each value with a `# --` comment."""
    path: list[str] = []
    meaning: list[str] = []
    for line in VALUES.read_text().splitlines():
        text = line.strip()
        if text.startswith("# -- "):
            meaning = [text.removeprefix("# -- ")]
        elif text.startswith("# ") and meaning:
            meaning.append(text.removeprefix("# "))
        elif text and not text.startswith(("#", "- ")):
            depth = (len(line) - len(line.lstrip())) // 2
            path = [*path[:depth], text.split(":")[0]]
            if meaning:
                yield ".".join(path), " ".join(meaning)
            meaning = []


def default(key: str) -> Any:
    """Raises KeyError for what is no value."""
    found = yaml.safe_load(VALUES.read_text())
    for name in key.split("."):
        found = found[name]
    return found


def leaves(values: Any = None, prefix: str = "") -> Iterator[str]:
    """The dotted keys of everything that is no filled mapping."""
    for name, inner in (yaml.safe_load(VALUES.read_text()) if values is None else values).items():
        if isinstance(inner, dict) and inner:
            yield from leaves(inner, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}"


def table() -> str:
    """In Markdown."""
    rows = [f"| `{key}` | {_shown(default(key))} | {meaning} |" for key, meaning in described()]
    return "\n".join(["| value | default | meaning |", "|---|---|---|", *rows])


def _shown(value: Any) -> str:
    if isinstance(value, dict) and value:
        return "see values.yaml"
    return "" if value in ("", None) else f"`{json.dumps(value)}`"


if __name__ == "__main__":
    print(table())
