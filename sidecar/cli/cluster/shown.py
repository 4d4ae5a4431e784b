"""Plans and reports on the terminal."""

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.syntax import Syntax
from rich.table import Table

from es_integration.cluster.change import Action, Change
from es_integration.cluster.link import Link
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


def show_remarks(console: Console, made: Sequence[Change]) -> None:
    """What was left to say of the changes that were made."""
    for change in made:
        if change.remark is not None:
            console.print(f"[yellow]note:[/] {escape(change.remark)}", highlight=False)


def show_report(console: Console, links: Sequence[Link]) -> None:
    """The chain as a table, a link a row."""
    table = Table("", "link", box=None, pad_edge=False)
    table.add_column("what was seen", overflow="fold")
    for link in links:
        mark = "[green]ok[/]" if link.held else "[red]FAILED[/]"
        time = "" if link.seconds is None else f" ({link.seconds * 1000:.0f} ms)"
        table.add_row(mark, link.name, escape(link.detail) + time)
    console.print(table)
