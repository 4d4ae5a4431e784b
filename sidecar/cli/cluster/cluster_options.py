"""The options that `install`, `uninstall` and `verify` share: one line of them serves all three."""

import inspect
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import MISSING, dataclass, fields
from functools import wraps
from typing import TYPE_CHECKING, Any

from sidecar.cli.cluster import options

if TYPE_CHECKING:
    from es_integration.cluster_spec import ClusterSpec


@dataclass(frozen=True, kw_only=True)
class ClusterOptions:
    """Each field is an option; its annotation says how the command line parses it."""

    engine: options.Engine
    cluster: options.Cluster
    sidecar: options.Sidecar
    profile: options.Profile = "ecommerce"
    fields: options.Fields = None
    routes: options.Routes = None
    text_field: options.TextField = None
    into: options.Into = None
    keep_score: options.KeepScore = False
    highlight: options.Highlight = False
    read_timeout: options.ReadTimeout = None
    service: options.Service = None
    templates: options.Templates = True
    index_pattern: options.IndexPattern = None
    embed: options.Embed = False
    encoder: options.EncoderName = None
    embed_fields: options.EmbedFields = None
    vector_field: options.VectorField = "vector"
    embed_service: options.EmbedService = None
    dimension: options.Dimension = None
    synonyms: options.Synonyms = None
    plain_text: options.PlainText = False
    name: options.Name = "rerank-sidecar"
    sidecar_key: options.SidecarKey = None
    rotate_key: options.RotateKey = False
    api_key: options.ApiKey = None
    user: options.User = None
    ca: options.Ca = None
    verbose: options.Verbose = False
    dry_run: options.DryRun = False
    yes: options.Yes = False

    def spec(self, *, rotate_key: bool = False) -> "ClusterSpec":
        """What the cluster should have. Raises ValueError."""
        from es_integration.cluster_spec import ClusterSpec

        return ClusterSpec(
            self.engine,
            self.sidecar,
            self.profile,
            self.name,
            fields=options.split(self.fields),
            routes=options.split(self.routes),
            text_field=self.text_field,
            into=self.into,
            keep_score=self.keep_score,
            highlight=self.highlight,
            read_timeout_s=self.read_timeout,
            service=self.service,
            templates=self.templates,
            index_patterns=tuple(self.index_pattern or ()),
            dimension=self.dimension,
            embed=self.embed,
            encoder=self.encoder,
            embed_fields=options.split(self.embed_fields),
            vector_field=self.vector_field,
            embed_service=self.embed_service,
            synonyms=options.synonym_rules(self.synonyms),
            plain_text=self.plain_text,
            sidecar_key=self.sidecar_key,
            sidecar_ca=None if self.ca is None else str(self.ca),
            rotate_key=rotate_key,
        )

    def client(self) -> AbstractContextManager[Any]:
        """The cluster's official client. Inside the block, errors of the cluster and ValueError
        become StartupError."""
        from sidecar.cli.cluster.connection import connected

        return connected(self.engine, self.cluster, self.api_key, self.user, self.ca)

    def ignored(self, reasons: Mapping[str, str]) -> list[str]:
        """A line for each reason, with the given options that a command does not read for it.

        `reasons` is by option.
        """
        given: dict[str, list[str]] = {}
        for option in fields(self):
            reason = reasons.get(option.name)
            if reason is not None and getattr(self, option.name) != option.default:
                given.setdefault(reason, []).append("--" + option.name.replace("_", "-"))
        return [f"{', '.join(names)}: ignored, {reason}" for reason, names in given.items()]


def with_cluster_options(command: Callable[..., None]) -> Callable[..., None]:
    """Decorates a command that takes ClusterOptions first; its own parameters stay options."""
    _, *own = inspect.signature(command).parameters.values()
    shared = [
        inspect.Parameter(
            field.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=inspect.Parameter.empty if field.default is MISSING else field.default,
            annotation=field.type,
        )
        for field in fields(ClusterOptions)
    ]

    @wraps(command)
    def run(**values: Any) -> None:
        names = {parameter.name for parameter in shared}
        cluster_options = ClusterOptions(**{name: values[name] for name in names})
        command(cluster_options, **{name: values[name] for name in values.keys() - names})

    parameters = [*shared, *(parameter.replace(kind=parameter.KEYWORD_ONLY) for parameter in own)]
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return run
