"""The options of every command that talks to a cluster."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sidecar.errors import StartupError

if TYPE_CHECKING:
    from es_integration.cluster.login import Login


class Engine(StrEnum):
    """As es_integration and mappings name them."""

    ELASTICSEARCH = "elasticsearch"
    OPENSEARCH = "opensearch"


EngineName = Annotated[Engine, typer.Argument(help="What the cluster runs.")]
Cluster = Annotated[str, typer.Option(help="The cluster's address.", envvar="RERANK_CLUSTER_URL")]
Sidecar = Annotated[
    str,
    typer.Option(
        help="The sidecar's address as the cluster's nodes reach it.", envvar="RERANK_SIDECAR_URL"
    ),
]
Profile = Annotated[str, typer.Option(help="The profile that reads the documents.")]
Name = Annotated[
    str, typer.Option(help="What the names of endpoint, connectors and pipelines begin with.")
]
Fields = Annotated[
    str | None,
    typer.Option(
        help="What the structured route of OpenSearch sends of a hit, separated by commas; absent: "
        "the fields of the domain's template.",
        show_default=False,
    ),
]
ReadTimeout = Annotated[
    int | None,
    typer.Option(
        help="Whole seconds that a search of OpenSearch waits for the sidecar; absent: 5.",
        min=1,
        show_default=False,
    ),
]
Service = Annotated[
    str | None,
    typer.Option(
        help="Elasticsearch's inference service: hugging_face (when absent), custom, openshift_ai.",
        show_default=False,
    ),
]
Templates = Annotated[
    bool, typer.Option(help="Whether index templates and ingest pipeline are meant too.")
]
IndexPattern = Annotated[
    list[str] | None,
    typer.Option(
        help="Indices that the index template is for; may be repeated; absent: rerank-PROFILE-*.",
        show_default=False,
    ),
]
Dimension = Annotated[
    int, typer.Option(help="Of the template's vector field; 0 leaves the field out.", min=0)
]
Synonyms = Annotated[
    Path | None,
    typer.Option(
        help="File with the template's synonym rules in Solr's format, in place of the shipped.",
        exists=True,
        dir_okay=False,
    ),
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Change without asking.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would change, and end.")]
SidecarKey = Annotated[
    str | None,
    typer.Option(
        help="The key that the cluster sends to the sidecar; better by the environment.",
        envvar="RERANK_SIDECAR_KEY",
        show_default=False,
    ),
]
RotateKey = Annotated[
    bool,
    typer.Option("--rotate-key", help="Write the sidecar's key even where nothing else changes."),
]
# How to log in to the cluster.
ApiKey = Annotated[
    str | None,
    typer.Option(
        help="API key for the cluster; better by the environment.",
        envvar="RERANK_CLUSTER_API_KEY",
        show_default=False,
    ),
]
User = Annotated[
    str | None,
    typer.Option(
        help="Instead of an API key, name:password; better by the environment.",
        envvar="RERANK_CLUSTER_USER",
        show_default=False,
    ),
]
Ca = Annotated[
    Path | None,
    typer.Option(
        help="File with the certificates to trust.",
        envvar="RERANK_CLUSTER_CA",
        exists=True,
        dir_okay=False,
    ),
]


def login(url: str, api_key: str | None, user: str | None, ca: Path | None) -> "Login":
    """What the options say of the way to the cluster. Raises StartupError."""
    from es_integration.cluster.login import Login

    try:
        return Login(url, api_key, user, None if ca is None else str(ca))
    except ValueError as fault:
        raise StartupError(str(fault)) from None
