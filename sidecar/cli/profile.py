"""`rerank-sidecar profile`: profiles beside the documents that they read."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from sidecar.profile import Profile

profile_app = typer.Typer(
    name="profile", help="Check a profile on your own documents.", no_args_is_help=True
)


@profile_app.command("check")
def check_command(
    profile: Annotated[
        str, typer.Argument(help="The name of a shipped profile, or a profile's file.")
    ],
    documents: Annotated[
        Path,
        typer.Option(
            dir_okay=False,
            help="Documents as you would send them: a JSON array, JSON lines, a search engine's "
            "answer, CSV or TSV.",
        ),
    ],
    query: Annotated[
        str | None,
        typer.Option(help="Also what signals and rules make of each document for this query."),
    ] = None,
    max_unread: Annotated[
        float,
        typer.Option(
            min=0,
            max=1,
            help="Share of prices, numbers, dates or stock in a field that may be unreadable.",
        ),
    ] = 0.1,
) -> None:
    """Show which fields a profile finds in your documents and what its signals read of them.

    Exits with status 1 when a document has none of the fields, or a signal cannot read its field.
    """
    from rich.console import Console

    from sidecar.profiles.coverage import coverage
    from sidecar.profiles.readings import ProfileReadings
    from sidecar.workshop.profile_check.feed import read_feed
    from sidecar.workshop.profile_check.parts import print_parts
    from sidecar.workshop.profile_check.tables import print_coverage

    opened = _open(profile)
    given = read_feed(documents)
    read = ProfileReadings(opened)
    whole = coverage(map(read.of, given), opened.fields)
    console = Console()
    print_coverage(
        whole, f"{opened.name}: {whole.documents} documents of {documents.name}", console
    )
    if query is not None:
        print_parts(opened, given, query, console)
    faults = whole.faults(max_unread)
    for fault in faults:
        typer.echo(fault, err=True)
    if faults:
        raise typer.Exit(1)


@profile_app.command("schema")
def schema_command() -> None:
    """Print the JSON Schema of a profile's file, for editors.

    An editor with a YAML language server takes it by a first line
    `# yaml-language-server: $schema=profile.schema.json`.
    """
    import json

    from sidecar.profiles.json_schema import file_schema

    typer.echo(json.dumps(file_schema(), indent=2, ensure_ascii=False))


def _open(profile: str) -> "Profile":
    """A shipped profile by its name, or a file with what it extends beside it."""
    from sidecar.errors import ProfileError
    from sidecar.profiles import Profiles

    path = Path(profile)
    if path.suffix == ".yaml":
        if not path.is_file():
            raise ProfileError(f"{path} is not a file")
        return Profiles.open(path.parent).get(path.stem)
    profiles = Profiles.open()
    if profile not in profiles.names:
        raise ProfileError(f"`{profile}` is not one of {', '.join(profiles.names)}")
    return profiles.get(profile)
