"""`rerank-sidecar models`: the models of a service that runs."""

from typing import Annotated

import typer

models_app = typer.Typer(
    help="List, load, replace and unload the models of a service that runs.", no_args_is_help=True
)

Url = Annotated[str, typer.Option(help="Address of the service.")]
Key = Annotated[
    str,
    typer.Option(
        envvar="RERANK_ADMIN_KEY", help="API key of the scope `admin`; better in the variable."
    ),
]
Name = Annotated[str, typer.Argument(help="What requests call the model.")]
URL = "http://127.0.0.1:8080"


@models_app.command("list")
def list_command(key: Key, url: Url = URL) -> None:
    """The models that requests may name, the default first."""
    from sidecar.workshop.models_admin import ModelsAdmin

    for model in ModelsAdmin(url, key).models():
        default = "  default" if model["default"] else ""
        place = model["folder"] or "the shipped model"
        typer.echo(
            f"{model['name']}  {model['state']}  {model['score_revision']}  {place}{default}"
        )


@models_app.command("load")
def load_command(
    name: Name,
    folder: Annotated[str, typer.Argument(help="Model folder, below the service's models_dir.")],
    key: Key,
    url: Url = URL,
) -> None:
    """Load a folder under a name, in place of the model that has it; end when it serves."""
    from sidecar.workshop.models_admin import ModelsAdmin

    model = ModelsAdmin(url, key).load(name, folder)
    typer.echo(f"{name} serves with score revision {model['score_revision']}")


@models_app.command("unload")
def unload_command(name: Name, key: Key, url: Url = URL) -> None:
    """Take a name away; the model's last requests are answered."""
    from sidecar.workshop.models_admin import ModelsAdmin

    ModelsAdmin(url, key).unload(name)
    typer.echo(f"{name} is unloaded")
