"""Plans and reports on the terminal."""

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.syntax import Syntax
from rich.table import Table

from es_integration.cluster.change import Action, Change
from es_integration.cluster.check import Link
from es_integration.opensearch.install import ROUTE

_MARKS = {
    Action.CREATE: "[green]+[/]",
    Action.UPDATE: "[yellow]~[/]",
    Action.DELETE: "[red]-[/]",
    Action.KEEP: " ",
}


def show_plan(console: Console, plan: Sequence[Change]) -> None:
    """Each change with its diff; what stays, and what cannot be had, is one line."""
    for change in plan:
        name = f"{change.kind} {escape(change.name)}"
        if change.kind == ROUTE:
            reason = escape((change.before or {})["left out"])
            console.print(f"  left out {name}: {reason}", highlight=False)
            continue
        console.print(f"{_MARKS[change.action]} {change.action} {name}", highlight=False)
        if diff := change.diff():
            # Its first two lines repeat the name.
            lines = "\n".join(diff.splitlines()[2:])
            shown = Syntax(
                lines, "diff", theme="ansi_dark", background_color="default", word_wrap=True
            )
            console.print(shown)


def show_made(console: Console, made: Sequence[Change]) -> None:
    """How many changes were made, and why the cluster refused the others."""
    refused = [change.refused for change in made if change.refused is not None]
    left = f", {len(refused)} refused" if refused else ""
    console.print(f"{len(made) - len(refused)} changed{left}.")
    for reason in refused:
        console.print(f"[yellow]note:[/] {escape(reason)}", highlight=False)


def show_report(console: Console, links: Sequence[Link]) -> None:
    """The chain as a table, a link a row."""
    table = Table("", "link", box=None, pad_edge=False)
    table.add_column("what was seen", overflow="fold")
    for link in links:
        mark = "[green]ok[/]" if link.held else "[red]FAILED[/]"
        time = "" if link.seconds is None else f" ({link.seconds * 1000:.0f} ms)"
        table.add_row(mark, link.name, escape(link.detail) + time)
    console.print(table)
