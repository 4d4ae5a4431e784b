"""docker/Dockerfile as data: the instructions that an image is made of."""

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Template

DOCKER = Path(__file__).parents[2] / "docker"
Instruction = tuple[str, str]
"""Its word, such as `RUN`, and the rest of its line."""


@dataclass(frozen=True)
class Stage:
    """From one FROM to the next."""

    base: str
    """An image, or the name of an earlier stage."""
    name: str
    steps: tuple[Instruction, ...]


def instructions(text: str) -> Iterator[Instruction]:
    """In order; without comments, and with continued lines as one."""
    text = re.sub(r"^\s*#.*\n", "", text, flags=re.MULTILINE).replace("\\\n", " ")
    for line in filter(str.strip, text.splitlines()):
        word, _, rest = line.partition(" ")
        yield word, rest.strip()


def expanded(text: str, values: Mapping[str, str]) -> str:
    """`text` with `$NAME` and `${NAME}` replaced. Raises KeyError for a name without a value."""
    return Template(text).substitute(values)


def assignments(text: str) -> dict[str, str]:
    """The pairs of an ENV or a LABEL, quotes removed."""
    return dict(word.split("=", 1) for word in shlex.split(text))


def words(text: str) -> list[str]:
    """The words of an instruction in its exec form: a list in JSON."""
    parsed: list[str] = json.loads(text)
    return parsed


def read_stages(text: str, arguments: Mapping[str, str]) -> tuple[list[Stage], dict[str, str]]:
    """(stages, the values of all ARGs, with `arguments` over their defaults)."""
    values = dict[str, str]()
    heads: list[tuple[str, str, list[Instruction]]] = []
    for word, rest in instructions(text):
        if word == "ARG":
            name, _, default = rest.partition("=")
            values.setdefault(name, arguments.get(name, default))
        elif word == "FROM":
            base, _, name = expanded(rest, values).partition(" AS ")
            heads.append((base, name, []))
        else:
            heads[-1][2].append((word, rest))
    return [Stage(base, name, tuple(steps)) for base, name, steps in heads], values
