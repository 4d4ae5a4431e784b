"""A table of figures on the screen: names on the left, numbers to the right."""

from collections.abc import Iterable

from rich.table import Table


def figure_table(
    title: str, columns: Iterable[str], *, names: str | None = "", caption: str | None = None
) -> Table:
    """A table without rows: a column of names under the heading `names` (None: no such column),
    then right-aligned columns."""
    table = Table(title=title, title_justify="left", caption=caption, caption_justify="left")
    if names is not None:
        table.add_column(names)
    for heading in columns:
        table.add_column(heading, justify="right")
    return table
