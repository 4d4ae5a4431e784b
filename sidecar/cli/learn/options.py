"""The options of several commands of `rerank-sidecar learn`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sidecar.errors import StartupError

if TYPE_CHECKING:
    from sidecar.workshop.learning.taking import Admin

Name = Annotated[str, typer.Argument(help="What requests call the model that learns.")]
Models = Annotated[
    Path,
    typer.Option(
        file_okay=False,
        help="The folder with the models, as the service's `models_dir`: NAME in it points to the "
        "run that serves, NAME.runs has all runs and their ledger.",
    ),
]
MODELS = Path("models")
AdminUrl = Annotated[
    str | None,
    typer.Option(
        help="The address of a service that runs: it loads the model too, under NAME.",
        show_default=False,
    ),
]
AdminKey = Annotated[
    str | None,
    typer.Option(
        envvar="RERANK_ADMIN_KEY",
        help="The service's API key of the scope `admin`; better in the variable.",
        show_default=False,
    ),
]


def admin_of(url: str | None, key: str | None) -> "Admin | None":
    """The service to tell, if one is named. Raises StartupError without a key for it."""
    from sidecar.workshop.learning.taking import Admin

    if url is None:
        return None
    if not key:
        raise StartupError("--admin-url needs a key of the scope `admin`: set RERANK_ADMIN_KEY")
    return Admin(url, key)
