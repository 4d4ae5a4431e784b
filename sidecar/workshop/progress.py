"""The current step of a long command on the screen."""

import contextlib
from collections.abc import Callable, Iterator

from rich.console import Console
from rich.markup import escape
from rich.text import Text

ReportStep = Callable[[str], None]
"""Called with the name of each step as it begins."""


@contextlib.contextmanager
def step_display(console: Console) -> Iterator[ReportStep]:
    """Shows the current step: with a spinner on a terminal, else one line per step."""
    if not console.is_terminal:
        yield lambda step: console.print(Text(step))
        return
    with console.status("") as status:
        yield lambda step: status.update(escape(step))
