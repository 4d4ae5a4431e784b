"""Plans and reports on the terminal."""

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.syntax import Syntax
from rich.table import Table

from es_integration.cluster.change import Action, Change
from es_integration.cluster.check import Report
from es_integration.opensearch.install import ROUTE

_MARKS = {
    Action.CREATE: "[green]+[/]",
    Action.UPDATE: "[yellow]~[/]",
    Action.DELETE: "[red]-[/]",
    Action.KEEP: " ",
}


def show_plan(console: Console, plan: Sequence[Change]) -> None:
    """Each change with its diff; what stays, and a route that is left out, is one line."""
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
            colored = Syntax(
                lines, "diff", theme="ansi_dark", background_color="default", word_wrap=True
            )
            console.print(colored)


def show_applied(console: Console, applied: Sequence[Change]) -> None:
    """How many changes were made, and why the cluster refused the others."""
    reasons = [change.refused for change in applied if change.refused is not None]
    refused = f", {len(reasons)} refused" if reasons else ""
    console.print(f"{len(applied) - len(reasons)} changed{refused}.")
    for reason in reasons:
        console.print(f"[yellow]note:[/] {escape(reason)}", highlight=False)


def show_report(console: Console, report: Report) -> None:
    """The checks as a table, one a row."""
    table = Table("", "check", box=None, pad_edge=False)
    table.add_column("result", overflow="fold")
    for check in report:
        mark = "[green]ok[/]" if check.passed else "[red]FAILED[/]"
        time = "" if check.seconds is None else f" ({check.seconds * 1000:.0f} ms)"
        table.add_row(mark, check.name, escape(check.detail) + time)
    console.print(table)
