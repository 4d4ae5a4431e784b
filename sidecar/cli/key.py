"""`rerank-sidecar key`: makes API keys, and checks a file of them."""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from sidecar.access.api_key import UNITS, digest_of, new_key
from sidecar.request import Priority

key_app = typer.Typer(help="Make API keys, and check a file of them.", no_args_is_help=True)


@key_app.command("new")
def new_command(
    name: Annotated[
        str, typer.Argument(help="The key's name in logs and metrics, such as `shop`.")
    ],
    file: Annotated[
        Path | None,
        typer.Option(
            dir_okay=False,
            help="Add the entry to this file of keys, made when it is not there. Default: print "
            "the entry on standard error.",
        ),
    ] = None,
    scopes: Annotated[
        str, typer.Option(help="What it is good for, separated by commas: rerank, metrics, admin.")
    ] = "rerank",
    days: Annotated[
        int | None, typer.Option(min=1, max=36500, help="Days until it expires. Default: never.")
    ] = None,
    priority: Annotated[
        Priority, typer.Option(help="Of its requests that name none.")
    ] = "interactive",
    requests_per_minute: Annotated[
        int | None, typer.Option(min=1, help="Most requests per minute. Default: no limit.")
    ] = None,
    documents_per_minute: Annotated[
        int | None, typer.Option(min=1, help="Most documents per minute. Default: no limit.")
    ] = None,
) -> None:
    """Make a key and print it, once and on standard output alone; the file keeps its hash.

    A service with this file (setting `api_keys_file`) knows the key within two seconds.
    """
    from sidecar.access.key_file import KeyEntry, add_entry

    key = new_key()
    entry = KeyEntry.of(
        digest_of(key.encode()),
        name=name,
        scopes={scope.strip() for scope in scopes.split(",")},
        expires=_in_days(days),
        priority=priority,
        requests_per_minute=requests_per_minute,
        documents_per_minute=documents_per_minute,
    )
    if file is None:
        print(entry.toml(), file=sys.stderr, end="")
    else:
        add_entry(file, entry)
    print(key)


@key_app.command("check")
def check_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file of keys.")],
) -> None:
    """List the keys of a file, without the keys themselves.

    Exits with status 1 and one line that says what is wrong, if the service would refuse the file.
    """
    from sidecar.access.key_file import read_keys

    now = datetime.now(UTC)
    for key in read_keys(file):
        facts = [key.name, ",".join(sorted(key.scopes)), key.priority]
        for unit in UNITS:
            if (limit := key.quota.per_minute(unit)) is not None:
                facts.append(f"{limit} {unit} per minute")
        if key.expires is not None:
            verb = "expired" if key.expired(now) else "expires"
            facts.append(f"{verb} {key.expires:%Y-%m-%d %H:%M} UTC")
        print("  ".join(facts))


def _in_days(days: int | None) -> datetime | None:
    """That many days from now, to the second."""
    if days is None:
        return None
    return datetime.now(UTC).replace(microsecond=0) + timedelta(days=days)
