"""Progress bars for the steps of a command."""

from collections.abc import Iterator
from contextlib import contextmanager

from sidecar.workshop.model.progress import Advance, BeginStep


@contextmanager
def bars() -> Iterator[BeginStep]:
    """A BeginStep that shows one bar per step while the block runs."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    progress = Progress(*columns, console=Console(stderr=True))

    def begin_step(step: str, parts: int) -> Advance:
        progress.start()  # not before: a command that is refused at once shows nothing
        task = progress.add_task(step, total=parts)
        return lambda: progress.advance(task)

    try:
        yield begin_step
    finally:
        if progress.live.is_started:
            progress.stop()
