"""A profile's coverage on the screen."""

from collections import Counter

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from sidecar.profiles.coverage import Coverage, SignalCoverage

MAX_LISTED = 4
MAX_IGNORED = 20


def print_coverage(coverage: Coverage, title: str, console: Console) -> None:
    """A row per field, then the keys that were ignored."""
    table = Table(title=title, title_justify="left")
    for heading in ("field", "found", "as", "read by", "says", "unread"):
        table.add_column(heading, justify="right" if heading == "found" else "left")
    for name, of_field in coverage.fields.items():
        found = f"{of_field.found} of {coverage.documents}"
        spellings = _counted(of_field.spellings, of_field.found)
        rows = [(by, *_cells(of_signal)) for by, of_signal in of_field.signals.items()]
        for place, row in enumerate(rows or [("", "", "")]):
            first = (name, found, spellings) if place == 0 else ("", "", "")
            table.add_row(*map(escape, (*first, *row)), style=None if of_field.found else "dim")
    console.print(table)
    if coverage.ignored:
        keys = ", ".join(
            f"{key} ({count})" for key, count in coverage.ignored.most_common(MAX_IGNORED)
        )
        more = ", ..." if len(coverage.ignored) > MAX_IGNORED else ""
        console.print(f"keys that the profile does not know: {keys}{more}", markup=False)


def _cells(of_signal: SignalCoverage) -> tuple[str, str]:
    says = _counted(of_signal.says, of_signal.read)
    if not of_signal.unread or not of_signal.certain:
        return says, ""
    examples = ", ".join(repr(example) for example in of_signal.examples)
    return says, f"{of_signal.unread}: {examples}"


def _counted(counter: Counter[str], total: int) -> str:
    listed = ", ".join(
        text if count == total else f"{text} ({count})"
        for text, count in counter.most_common(MAX_LISTED)
    )
    return f"{listed}, ..." if len(counter) > MAX_LISTED else listed
