"""What the command line installs, verifies and removes: its options for a cluster and a profile."""

from dataclasses import dataclass
from typing import Any

import mappings
from es_integration import elasticsearch, opensearch
from es_integration.cluster.encoder import Encoder
from es_integration.opensearch import Route
from mappings import SearchEngine


@dataclass(frozen=True)
class ClusterSpec:
    """What a cluster should have. Raises ValueError for an option of the other search engine."""

    search_engine: SearchEngine
    sidecar: str
    """The sidecar's address as the cluster's nodes reach it."""
    profile: str
    name: str = "rerank-sidecar"
    fields: tuple[str, ...] = ()
    """OpenSearch: the fields that the structured route sends; empty: those of the templates."""
    routes: tuple[str, ...] = ()
    """OpenSearch: empty: both, but the flat one only where its field is."""
    text_field: str | None = None
    """OpenSearch: the field that the flat route sends; None: that of the templates."""
    keep_score: bool = False
    """OpenSearch: whether hits of the structured route keep the sidecar's score as a field."""
    highlight: bool = False
    """OpenSearch: whether the sidecar is a model for the semantic highlighter too."""
    read_timeout_s: int | None = None
    """OpenSearch: how long a search waits for the sidecar; None: the default."""
    into: str | None = None
    """OpenSearch: the user's search pipeline that gets the processors of one route, by default the
    structured one; None: pipelines of the sidecar's own."""
    service: str | None = None
    """Elasticsearch: the inference service; None: the default."""
    sidecar_key: str | None = None
    sidecar_ca: str | None = None
    """File with certificates to trust where this machine asks the sidecar itself."""
    rotate_key: bool = False
    templates: bool = True
    """Whether the index templates and the ingest pipeline belong to it."""
    index_patterns: tuple[str, ...] = ()
    dimension: int | None = None
    """The dimension of the template's vector field, and of the encoder's vectors; 0: no such field;
    None: the encoder's, or 384."""
    embed: bool = False
    """Whether the cluster gets the vectors of documents and queries from the sidecar's encoder."""
    encoder: str | None = None
    """The encoder's name; None: the only one that the sidecar serves."""
    embed_fields: tuple[str, ...] = ()
    """The fields whose texts make a document's vector; empty: the templates' prose."""
    vector_field: str = mappings.VECTOR_FIELD
    """The field of the index that holds the vector."""
    embed_service: str | None = None
    """Elasticsearch: the inference service that makes vectors; None: the default."""
    served: Encoder | None = None
    """The encoder as the sidecar serves it; None until it has been asked."""
    synonyms: tuple[str, ...] | None = None
    plain_text: bool = False
    """Elasticsearch: whether the templates write `rerank_text` too, for `chunk_rescorer`."""

    def __post_init__(self) -> None:
        if self.service is not None and self.search_engine is not SearchEngine.ELASTICSEARCH:
            raise ValueError("--service is for Elasticsearch only")
        if self.embed_service is not None and self.search_engine is SearchEngine.OPENSEARCH:
            raise ValueError("--embed-service is for Elasticsearch only")
        if unknown := sorted(set(self.routes) - set(Route)):
            raise ValueError(f"--routes takes {' and '.join(Route)}, not {', '.join(unknown)}")
        if self.plain_text and self.search_engine is not SearchEngine.ELASTICSEARCH:
            raise ValueError("--plain-text is for Elasticsearch only: OpenSearch cuts no texts")
        if self.into is not None and len(self.routes) > 1:
            raise ValueError("--into takes the processors of one route: name one with --routes")
        self._check_embedding()
        if self.search_engine is SearchEngine.OPENSEARCH:
            return
        if self.fields or self.text_field is not None:
            option = "--fields" if self.fields else "--text-field"
            raise ValueError(f"{option} is for OpenSearch only: Elasticsearch sends `rerank_doc`")
        if self.routes:
            raise ValueError("--routes is for OpenSearch only: Elasticsearch has one endpoint")
        if self.into is not None:
            raise ValueError("--into is for OpenSearch only: Elasticsearch has no search pipelines")
        if self.keep_score:
            raise ValueError("--keep-score is for OpenSearch only")
        if self.highlight:
            raise ValueError("--highlight is for OpenSearch only")
        if self.read_timeout_s is not None:
            raise ValueError("--read-timeout is for OpenSearch only: Elasticsearch waits 30 s")

    def _check_embedding(self) -> None:
        own_field = self.vector_field != mappings.VECTOR_FIELD
        if not self.embed:
            for given, option in (
                (self.encoder, "--encoder"),
                (self.embed_fields, "--embed-fields"),
                (own_field, "--vector-field"),
                (self.embed_service, "--embed-service"),
            ):
                if given:
                    raise ValueError(f"{option} goes with --embed")
            return
        if self.dimension == 0:
            raise ValueError("--embed needs a vector field: --dimension 0 leaves it out")
        if own_field and self.has_templates:
            raise ValueError(
                f"the templates' vectors are in the field {mappings.VECTOR_FIELD}: --vector-field"
                " goes with --no-templates"
            )

    def check(self) -> None:
        """Raises ValueError for options with which nothing could be installed, without asking the
        cluster."""
        if self.search_engine is SearchEngine.ELASTICSEARCH:
            _ = self.elasticsearch
            return
        install = self.opensearch
        if Route.STRUCTURED in install.routes:
            _ = install.sent
        if self.embed:
            _ = install.embedded

    @property
    def elasticsearch(self) -> elasticsearch.ElasticsearchInstall:
        """The part that Elasticsearch has. Raises ValueError."""
        service: Any = self.service or "hugging_face"
        embed_service: Any = self.embed_service or "hugging_face"
        return elasticsearch.ElasticsearchInstall(
            self.sidecar,
            self.profile,
            service,
            self.name,
            sidecar_key=self.sidecar_key,
            sidecar_ca=self.sidecar_ca,
            rotate_key=self.rotate_key,
            embed=self.embed,
            encoder=self.served,
            embed_service=embed_service,
            embed_fields=self.embed_fields,
            vector_field=self.vector_field,
            then_pipeline=self._then_pipeline,
        )

    @property
    def opensearch(self) -> opensearch.OpenSearchInstall:
        """The part that OpenSearch has. Raises ValueError."""
        default = opensearch.OpenSearchInstall
        return opensearch.OpenSearchInstall(
            self.sidecar,
            self.profile,
            self.fields,
            self.name,
            sidecar_key=self.sidecar_key,
            sidecar_ca=self.sidecar_ca,
            rotate_key=self.rotate_key,
            read_timeout_s=self.read_timeout_s or default.read_timeout_s,
            text_field=self.text_field or default.text_field,
            routes=self._routes,
            into=self.into,
            keep_score=self.keep_score,
            highlight=self.highlight,
            embed=self.embed,
            encoder=self.served,
            embed_fields=self.embed_fields,
            vector_field=self.vector_field,
            then_pipeline=self._then_pipeline,
        )

    @property
    def _then_pipeline(self) -> str | None:
        """The templates' own, which the one that writes vectors calls."""
        if not (self.embed and self.has_templates):
            return None
        return mappings.doc_pipeline_name(self.profile)

    @property
    def _routes(self) -> tuple[Route, ...]:
        if self.routes or self.into is None:
            return tuple(Route(route) for route in self.routes) or tuple(Route)
        return (Route.STRUCTURED,)

    @property
    def patterns(self) -> tuple[str, ...]:
        """The indices that are meant: those named, or the templates'; empty if neither is known."""
        if self.index_patterns or not self.has_templates:
            return self.index_patterns
        return (f"rerank-{self.profile}-*",)

    @property
    def has_templates(self) -> bool:
        """Whether index templates belong to it: a profile of your own has none."""
        return self.templates and self.profile in mappings.DOMAINS
