"""Plans and reports on the terminal."""

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.syntax import Syntax
from rich.table import Table

from es_integration.cluster.change import Action, Change
from es_integration.cluster.link import Link

_MARKS = {
    Action.CREATE: "[green]+[/]",
    Action.UPDATE: "[yellow]~[/]",
    Action.DELETE: "[red]-[/]",
    Action.KEEP: " ",
}


def show_plan(console: Console, plan: Sequence[Change]) -> None:
    """Each change with its diff; what stays is one line."""
    for change in plan:
        name = f"{change.kind} {escape(change.name)}"
        console.print(f"{_MARKS[change.action]} {change.action} {name}", highlight=False)
        if diff := change.diff():
            # Its first three lines repeat the name.
            lines = "\n".join(diff.splitlines()[2:])
            console.print(Syntax(lines, "diff", theme="ansi_dark", background_color="default"))


def show_report(console: Console, links: Sequence[Link]) -> None:
    """The chain as a table, a link a row."""
    table = Table("", "link", "what was seen", box=None, pad_edge=False)
    for link in links:
        mark = "[green]ok[/]" if link.held else "[red]FAILED[/]"
        time = "" if link.seconds is None else f" ({link.seconds * 1000:.0f} ms)"
        table.add_row(mark, link.name, escape(link.detail) + time)
    console.print(table)
