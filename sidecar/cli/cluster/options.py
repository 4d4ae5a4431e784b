"""The options of the commands that talk to a cluster, and how their values are read."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mappings import SearchEngine
from sidecar.errors import StartupError

if TYPE_CHECKING:
    from es_integration.cluster.login import Login


Engine = Annotated[SearchEngine, typer.Argument(help="What the cluster runs.")]
Cluster = Annotated[str, typer.Option(help="The cluster's address.", envvar="RERANK_CLUSTER_URL")]
Sidecar = Annotated[
    str,
    typer.Option(
        help="The sidecar's address as the cluster's nodes reach it.", envvar="RERANK_SIDECAR_URL"
    ),
]
Profile = Annotated[str, typer.Option(help="The profile by which the sidecar reads the documents.")]
Name = Annotated[
    str, typer.Option(help="The prefix of the names of endpoint, connectors and pipelines.")
]
Fields = Annotated[
    str | None,
    typer.Option(
        help="The fields of a hit that OpenSearch's structured route sends, separated by commas. "
        "Default: those of the profile's templates.",
        show_default=False,
    ),
]
Routes = Annotated[
    str | None,
    typer.Option(
        help="The routes of OpenSearch, separated by commas: structured, flat. Default: both, the "
        "flat one only where an index has its field.",
        show_default=False,
    ),
]
TextField = Annotated[
    str | None,
    typer.Option(
        help="The field of a hit that OpenSearch's flat route sends. Default: rerank_doc, which "
        "the templates' ingest pipeline writes.",
        show_default=False,
    ),
]
Into = Annotated[
    str | None,
    typer.Option(
        help="A search pipeline of yours in OpenSearch: gets the processors of one route, the "
        "structured one unless --routes names the other, and keeps all that is its own. Default: "
        "pipelines of the sidecar's own.",
        show_default=False,
    ),
]
KeepScore = Annotated[
    bool,
    typer.Option(
        "--keep-score",
        help="Leave the sidecar's score in the hits of OpenSearch's structured route, as the field "
        "rerank_sidecar_score: it marks those that were reranked.",
    ),
]
Highlight = Annotated[
    bool,
    typer.Option(
        "--highlight", help="Make the sidecar the model of OpenSearch's semantic highlighter too."
    ),
]
ReadTimeout = Annotated[
    int | None,
    typer.Option(
        help="How many whole seconds a search of OpenSearch waits for the sidecar. Default: 5.",
        min=1,
        show_default=False,
    ),
]
Service = Annotated[
    str | None,
    typer.Option(
        help="Elasticsearch's inference service: hugging_face (default), custom or openshift_ai.",
        show_default=False,
    ),
]
Templates = Annotated[
    bool, typer.Option(help="Include the index templates and the ingest pipeline.")
]
IndexPattern = Annotated[
    list[str] | None,
    typer.Option(
        help="An index pattern for the index template; may be repeated. Default: rerank-PROFILE-*.",
        show_default=False,
    ),
]
Dimension = Annotated[
    int | None,
    typer.Option(
        help="The dimension of the template's vector field; 0 leaves the field out. Default: the "
        "encoder's with --embed, otherwise 384.",
        min=0,
        show_default=False,
    ),
]
Embed = Annotated[
    bool,
    typer.Option(
        "--embed",
        help="Get the vectors of documents and queries from the sidecar's encoder too: an ingest "
        "pipeline, and for queries OpenSearch's search pipelines, or Elasticsearch's inference "
        "endpoints.",
    ),
]
EncoderName = Annotated[
    str | None,
    typer.Option(
        "--encoder",
        help="The encoder for --embed. Default: the only one that the sidecar serves.",
        show_default=False,
    ),
]
EmbedFields = Annotated[
    str | None,
    typer.Option(
        help="The fields whose texts make a document's vector, separated by commas. Default: the "
        "prose of the templates' fields.",
        show_default=False,
    ),
]
EmbedService = Annotated[
    str | None,
    typer.Option(
        help="Elasticsearch's inference service for --embed: hugging_face (default), openai or "
        "custom.",
        show_default=False,
    ),
]
VectorField = Annotated[
    str, typer.Option(help="The field of an index of your own that holds the vector.")
]
PlainText = Annotated[
    bool,
    typer.Option(
        "--plain-text",
        help="Elasticsearch: let the templates write `rerank_text` too, plain text for "
        "chunk_rescorer and TOP_SNIPPETS.",
    ),
]
Synonyms = Annotated[
    Path | None,
    typer.Option(
        help="A file with synonym rules in Solr's format, to replace those of the templates.",
        exists=True,
        dir_okay=False,
    ),
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Make the changes without asking.")]
Verbose = Annotated[
    bool, typer.Option("--verbose", "-v", help="Show whole bodies, also of what is new.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would change, and exit.")]
SidecarKey = Annotated[
    str | None,
    typer.Option(
        help="The key that the cluster sends to the sidecar; better set in the environment.",
        envvar="RERANK_SIDECAR_KEY",
        show_default=False,
    ),
]
RotateKey = Annotated[
    bool,
    typer.Option("--rotate-key", help="Write the sidecar's key even when nothing else changes."),
]
# How to log in to the cluster.
ApiKey = Annotated[
    str | None,
    typer.Option(
        help="API key for the cluster; better set in the environment.",
        envvar="RERANK_CLUSTER_API_KEY",
        show_default=False,
    ),
]
User = Annotated[
    str | None,
    typer.Option(
        help="name:password, instead of an API key; better set in the environment.",
        envvar="RERANK_CLUSTER_USER",
        show_default=False,
    ),
]
Ca = Annotated[
    Path | None,
    typer.Option(
        help="A file with the certificates to trust, at the cluster and at the sidecar.",
        envvar="RERANK_CLUSTER_CA",
        exists=True,
        dir_okay=False,
    ),
]


def login(url: str, api_key: str | None, user: str | None, ca: Path | None) -> "Login":
    """The address and credentials that the options give. Raises StartupError."""
    from es_integration.cluster.login import Login

    try:
        return Login(url, api_key, user, None if ca is None else str(ca))
    except ValueError as error:
        raise StartupError(str(error)) from None


def split(names: str | None) -> tuple[str, ...]:
    """The names between the commas."""
    return tuple(name.strip() for name in names.split(",")) if names else ()


def synonym_rules(file: Path | None) -> tuple[str, ...] | None:
    """The rules of a file in Solr's format, without comments; None without a file."""
    if file is None:
        return None
    lines = (line.strip() for line in file.read_text(encoding="utf-8").splitlines())
    return tuple(line for line in lines if line and not line.startswith("#"))
