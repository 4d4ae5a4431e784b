"""What signals and rules make of each document for one query, on the screen."""

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from sidecar.pipeline.encoded_texts import encoded_signals
from sidecar.pipeline.preparation import prepare, read_all
from sidecar.profile import Profile
from sidecar.request import Document, RankRequest
from sidecar.search import Constraint

MAX_DOCUMENTS = 20


def print_parts(
    profile: Profile, documents: Sequence[Document], query: str, console: Console
) -> None:
    """The query's constraints, and the parts of the first documents' logits beside the model's."""
    request = RankRequest(query, tuple(documents[:MAX_DOCUMENTS]))
    fields = read_all(request.documents, profile)
    prepared = prepare(request, profile, fields, None, profile.long.budget_tokens)
    demands = "; ".join(map(_demand, prepared.constraints)) or "nothing that an extractor reads"
    console.print(f"the query asks for {demands}", markup=False)
    table = Table(title=escape(query), title_justify="left")
    table.add_column("document", justify="right")
    table.add_column("parts beside the model's")
    for index, parts in enumerate(prepared.parts):
        listed = ", ".join(f"{part.name} {part.value:+.2f}" for part in parts)
        table.add_row(str(index), listed)
    console.print(table)
    if encoded := ", ".join(encoded_signals(profile)):
        console.print(f"not shown: {encoded}, which an encoder makes while the service runs")


def _demand(constraint: Constraint) -> str:
    words = [constraint.name, *sorted(constraint.values)]
    if constraint.low is not None:
        words.append(f"from {constraint.low:g}")
    if constraint.high is not None:
        words.append(f"to {constraint.high:g}")
    return " ".join(words)
