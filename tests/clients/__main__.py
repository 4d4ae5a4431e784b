"""Makes the clients' environments, runs every client against a sidecar, and shows the table.

    python -m tests.clients                           all of it
    python -m tests.clients litellm --only voyage     one environment, some of its clients
    python -m tests.clients --short                   as the test suite does: fewer overloads
    python -m tests.clients --make                    the environments alone

Exits 1 when a check fails or an environment ran none.
"""

import argparse
import sys
import time
from collections.abc import Iterable

from rich.console import Console
from rich.table import Table

from tests.clients import venvs
from tests.clients.driver import CHECKS
from tests.clients.runner import CheckResult, run, sidecars

COLUMNS = ("printed", *CHECKS, "429", "retry")


def table(name: str, lines: Iterable[CheckResult]) -> Table:
    """One row for each client; an empty cell is a check that does not apply."""
    shown = Table("client", "version", *COLUMNS, title=name, title_justify="left")
    rows: dict[tuple[str, str], dict[str, str]] = {}
    for line in lines:
        row = rows.setdefault((line.client, line.version), {})
        row[line.check] = "[red]no[/red]" if line.failure else "yes"
    for client, row in rows.items():
        shown.add_row(*client, *(row.get(check, "") for check in COLUMNS))
    return shown


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.clients", description=__doc__)
    parser.add_argument("environments", nargs="*", help=f"of {', '.join(venvs.names())}")
    parser.add_argument("--only", default="", help="clients with this in their names")
    parser.add_argument("--short", action="store_true", help="fewer overloads")
    parser.add_argument("--make", action="store_true", help="make the environments alone")
    arguments = parser.parse_args()
    environments = arguments.environments or venvs.names()
    if unknown := {*environments} - {*venvs.names()}:
        parser.error(f"unknown environment: {', '.join(sorted(unknown))}")
    console, good = Console(width=120), True
    for name in environments:
        start = time.monotonic()
        venvs.make(name)
        console.print(f"{name}: made in {time.monotonic() - start:.0f} s")
    if arguments.make:
        venvs.make(venvs.EMBEDDINGS)  # its clients are checked by pytest tests/clients/embeddings
        return 0
    with sidecars() as started:
        for name in environments:
            start = time.monotonic()
            lines = run(name, started, arguments.only, short=arguments.short)
            failed = [line for line in lines if line.failure]
            console.print(table(name, lines))
            for line in failed:
                console.print(f"{line.client}, {line.check}: {line.failure}", markup=False)
            seconds = time.monotonic() - start
            console.print(f"{name}: {len(lines)} checks, {len(failed)} failed, {seconds:.0f} s")
            good = good and not failed and (bool(lines) or bool(arguments.only))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
