"""One way of reranking: which model, which profile, how many hits.

profile=ecommerce,window=100
name=candidate,model=/models/new,window=50
sidecar=http://127.0.0.1:8080,profile=legal
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sidecar.workshop.evaluation.candidates import EvaluationError

KEYS = ("name", "profile", "model", "window", "sidecar", "instruction")
FIRST_STAGE = "first stage"


@dataclass(frozen=True, slots=True)
class Configuration:
    """How hits are reranked."""

    name: str
    window: int
    """How many of the first hits are reranked; the others follow behind them."""
    profile: str | None = None
    """None: the plain one, or the sidecar's own default."""
    model: str | None = None
    """A model folder, or with a sidecar the name of one of its models; None: its default."""
    sidecar: str | None = None
    """The address of a running sidecar; None: the model runs in this process."""
    instruction: str | None = None

    @property
    def place(self) -> tuple[str | None, str | None]:
        """What must be opened to score: configurations of one place are scored by the same."""
        return (self.sidecar, None if self.sidecar else self.model)


def parse_configurations(texts: Sequence[str], size: int) -> tuple[Configuration, ...]:
    """The configurations of the texts; one with the defaults when there is none.

    `size` is how many hits there are, and the default of `window`. Raises EvaluationError.
    """
    given = texts or ("",)
    found = [_parse(text, size) for text in given]
    made = [each.name for each in found]
    named = [
        each if "name=" in text or made.count(each.name) == 1 else replace(each, name=text)
        for each, text in zip(found, given, strict=True)
    ]
    names = [each.name for each in named]
    for name in names:
        if name == FIRST_STAGE or names.count(name) > 1:
            raise EvaluationError(f"there are two ways of ranking called {name!r}: add name=...")
    return tuple(named)


def _parse(text: str, size: int) -> Configuration:
    values: dict[str, str] = {}
    for part in filter(None, map(str.strip, text.split(","))):
        key, equals, value = part.partition("=")
        if key not in KEYS or not equals or not value:
            raise EvaluationError(
                f"--rerank {text}: {part!r} is not KEY=VALUE of {', '.join(KEYS)}"
            )
        values[key] = value
    window = _window(text, values.get("window"), size)
    model, sidecar = values.get("model"), values.get("sidecar")
    if sidecar is not None and not sidecar.startswith(("http://", "https://")):
        raise EvaluationError(f"--rerank {text}: the sidecar's address must be http://...")
    name = values.get("name") or _name(values.get("profile"), model, sidecar, window, size)
    return Configuration(
        name, window, values.get("profile"), model, sidecar, values.get("instruction")
    )


def _window(text: str, value: str | None, size: int) -> int:
    if value is None:
        return size
    if not value.isdecimal() or not 1 <= int(value) <= size:
        raise EvaluationError(f"--rerank {text}: the window must be from 1 to {size} (--size)")
    return int(value)


def _name(
    profile: str | None, model: str | None, sidecar: str | None, window: int, size: int
) -> str:
    parts = [Path(model).name] if model else []
    parts += [profile or ("sidecar" if sidecar else "plain")] if profile or not model else []
    parts += [f"{window} hits"] if window != size else []
    return ", ".join(parts)
