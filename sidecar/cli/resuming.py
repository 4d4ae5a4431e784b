"""What a command says when it is interrupted and can be taken up again."""

from collections.abc import Iterator
from contextlib import contextmanager

import typer


@contextmanager
def resumes(how: str) -> Iterator[None]:
    """Says on an interrupt what the same command does then: `how` follows "the same command"."""
    try:
        yield
    except KeyboardInterrupt:
        typer.echo(f"rerank-sidecar: interrupted: the same command{how}", err=True)
        raise
