"""What a command's `show` prints on a wide screen."""

import io
from collections.abc import Callable
from typing import TypeVar

from rich.console import Console

Shown = TypeVar("Shown")


def printed(show: Callable[[Shown, Console], None], what: Shown) -> str:
    out = io.StringIO()
    show(what, Console(file=out, width=200))
    return out.getvalue()
