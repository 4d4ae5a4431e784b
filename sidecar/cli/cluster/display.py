"""Plans and reports on the terminal. Long lines are left to it, so that what is copied is whole."""

from collections import Counter
from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.syntax import Syntax

from es_integration.cluster.change import Action, Change
from es_integration.cluster.check import Report
from es_integration.opensearch.install import ROUTE

_MARKS = {
    Action.CREATE: "[green]+[/]",
    Action.UPDATE: "[yellow]~[/]",
    Action.DELETE: "[red]-[/]",
    Action.KEEP: " ",
}
_INDENT = "  "


def show_plan(console: Console, plan: Sequence[Change], *, verbose: bool = False) -> None:
    """A line for each change and each route that is left out, then the diffs: of what is updated
    or, if `verbose`, of everything."""
    for change in plan:
        name = f"{change.kind} {escape(change.name)}"
        if change.kind == ROUTE:
            reason = escape((change.before or {})["left out"])
            line = f"  left out {name}: {reason}"
        else:
            line = f"{_MARKS[change.action]} {change.action} {name}"
        console.print(line, highlight=False, soft_wrap=True)
    for change in plan:
        if change.action is Action.UPDATE or (verbose and change.action is not Action.KEEP):
            _show_diff(console, change)


def _show_diff(console: Console, change: Change) -> None:
    console.print(f"\n{change.action} {change.kind} {escape(change.name)}", highlight=False)
    # The first two lines of a diff repeat the name.
    lines = "\n".join(change.diff().splitlines()[2:])
    syntax = Syntax(lines, "diff", theme="ansi_dark", background_color="default")
    console.print(syntax.highlight(lines), end="", soft_wrap=True)


def question(plan: Sequence[Change]) -> str:
    """What the changes are, in one sentence, and whether to make them."""
    parts = []
    for action in (Action.CREATE, Action.UPDATE, Action.DELETE):
        kinds = Counter(change.kind for change in plan if change.action is action)
        if kinds:
            counted = [f"{count} {kind}{'s' * (count > 1)}" for kind, count in kinds.items()]
            parts.append(f"{action} {', '.join(counted)}")
    sentence = "; ".join(parts)
    return f"\n{sentence[0].upper()}{sentence[1:]}?"


def show_applied(console: Console, applied: Sequence[Change]) -> None:
    """How many changes were made, and why the cluster refused the others."""
    reasons = [change.refused for change in applied if change.refused is not None]
    refused = f", {len(reasons)} refused" if reasons else ""
    console.print(f"{len(applied) - len(reasons)} changed{refused}.")
    for reason in reasons:
        console.print(f"[yellow]note:[/] {escape(reason)}", highlight=False, soft_wrap=True)


def show_report(console: Console, report: Report) -> None:
    """A line for each check; the further lines of its detail, such as a diff, below it."""
    width = max(len(check.name) for check in report)
    for check in report:
        mark = "[green]ok[/]    " if check.passed else "[red]FAILED[/]"
        time = "" if check.seconds is None else f" ({check.seconds * 1000:.0f} ms)"
        first, *rest = check.detail.split("\n")
        line = f"{mark} {check.name:{width}} {escape(first)}{time}"
        console.print(line, highlight=False, soft_wrap=True)
        for more in rest:
            console.print(_INDENT + escape(more), highlight=False, soft_wrap=True)
