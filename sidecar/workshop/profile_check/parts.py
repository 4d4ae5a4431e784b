"""What signals and rules make of each document for one query, on the screen."""

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from sidecar.fusion.parts import signal_parts
from sidecar.pipeline.preparation import read_all
from sidecar.profile import Profile
from sidecar.request import Document
from sidecar.search import Constraint, Search
from sidecar.text.query import extract

MAX_DOCUMENTS = 20


def print_parts(
    profile: Profile, documents: Sequence[Document], query: str, console: Console
) -> None:
    """The query's constraints, and the parts of the first documents' logits beside the model's."""
    fields = [each or {} for each in read_all(documents[:MAX_DOCUMENTS], profile)]
    constraints = extract(query, profile.extractors, fields, extractors=profile.extractor_table)
    demands = "; ".join(map(_demand, constraints.values())) or "nothing that an extractor reads"
    console.print(f"the query asks for {demands}", markup=False)
    table = Table(title=escape(query), title_justify="left")
    table.add_column("document", justify="right")
    table.add_column("parts beside the model's")
    for index, parts in enumerate(signal_parts(profile, Search(query, fields, constraints))):
        told = ", ".join(f"{part.name} {part.value:+.2f}" for part in parts)
        table.add_row(str(index), told)
    console.print(table)


def _demand(constraint: Constraint) -> str:
    told = [constraint.name, *sorted(constraint.values)]
    if constraint.low is not None:
        told.append(f"from {constraint.low:g}")
    if constraint.high is not None:
        told.append(f"to {constraint.high:g}")
    return " ".join(told)
