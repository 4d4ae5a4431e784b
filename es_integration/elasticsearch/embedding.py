"""The endpoints by which Elasticsearch gets vectors of the sidecar's encoder; pure.

There are two, one for documents and one for queries, because encoders may read them differently and
Elasticsearch's `hugging_face` and `openai` do not say which a text is: the address does.

    hugging_face  text-embeddings-inference's route: long texts are cut; names no encoder
    openai        names the encoder and its dimension; a text that is too long is refused
    custom        names both, and cuts; `${` in a text breaks it, as it does in reranking
"""

import json

from es_integration.cluster.encoder import Embedder, Encoder, known_encoder, request_keys
from es_integration.cluster.procedure import Body
from es_integration.elasticsearch.endpoint import (
    ElasticsearchInstall,
    Endpoint,
    limit_and_headers,
    secrets,
)

SIMILARITY = "dot_product"
"""The cosine of vectors of length 1."""
_PARSER = {"text_embeddings": "$.data[*].embedding"}


def embed_id(spec: ElasticsearchInstall, embedder: Embedder) -> str:
    """The ID of the endpoint: `rerank-sidecar-ecommerce-embed-queries`."""
    return f"{spec.endpoint_id}-{embedder}"


def query_embed_id(spec: ElasticsearchInstall) -> str:
    """The ID of the endpoint that a search names for its query's vector."""
    return embed_id(spec, Embedder.QUERIES)


def embedding_endpoint(spec: ElasticsearchInstall, embedder: Embedder) -> Endpoint:
    """The endpoint that makes vectors of documents or of queries.

    Raises ValueError when the encoder is not known, or the service cannot name it.
    """
    encoder, service = known_encoder(spec.encoder), spec.embed_service
    if service == "hugging_face" and encoder.must_be_named:
        raise ValueError(
            f"hugging_face names no encoder and no dimension, and the sidecar must be told"
            f" {encoder.name} with {encoder.dimension}: take openai or custom (--embed-service)"
        )
    base = spec.sidecar_url.rstrip("/")
    url = {
        "hugging_face": f"{base}/{embedder.kind}/embed",
        "openai": f"{base}/{embedder.kind}/v1/embeddings",
        "custom": f"{base}/v1/embeddings",
    }[service]
    settings: Body = {
        "url": url,
        **limit_and_headers(spec, service),
        "dimensions": encoder.dimension,
        "similarity": SIMILARITY,
    }
    if service == "openai":
        settings["model_id"] = encoder.name
    if service == "custom":
        settings |= {"request": _request(encoder, embedder), "response": {"json_parser": _PARSER}}
    key = secrets(service, spec.sidecar_key)
    return Endpoint("text_embedding", embed_id(spec, embedder), service, settings, key, url)


def embedding_endpoints(spec: ElasticsearchInstall) -> tuple[Endpoint, ...]:
    """Both, if the install has `embed`. Raises ValueError when the encoder is not known."""
    if not spec.embed:
        return ()
    return tuple(embedding_endpoint(spec, embedder) for embedder in Embedder)


def _request(encoder: Encoder, embedder: Embedder) -> str:
    keys = json.dumps(request_keys(encoder, embedder), separators=(",", ":"))
    return '{"input":${input},' + keys[1:]
