"""Cohere's embed API, versions 1 and 2.

Source of the contract: the request and response types of Cohere's SDK, 5.x and 7.x. Version 1
answers with a list of vectors unless `embedding_types` asks for types by name; version 2 always by
name. Texts also come as `inputs` with content parts in version 2. A text that is too long loses its
end unless `truncate` says otherwise, as there. Images are refused, and so are int8 and uint8, which
want a scale that Cohere fitted to its own models.
"""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, ValidationInfo, WithJsonSchema

from sidecar.contracts.content_parts import text_of
from sidecar.contracts.embeddings.body import EmbedBody, TextList, read_text, read_texts
from sidecar.contracts.embeddings.dialect import EmbeddingDialect
from sidecar.contracts.embeddings.vectors import ENCODINGS, VECTOR_SCHEMA, check_encoding
from sidecar.contracts.numbers import dumps
from sidecar.embedding import EmbedRequest, EmbedResult
from sidecar.errors import InvalidRequest


def read_inputs(value: object, info: ValidationInfo) -> object:
    """Version 2's `inputs` as texts. Raises ValueError for an image part."""
    entries = read_texts(value, info)
    if not isinstance(entries, list):
        return entries
    return [read_text(text_of(entry) or entry) for entry in entries]


Inputs = Annotated[
    list[str],
    BeforeValidator(read_inputs),
    WithJsonSchema({"type": "array", "items": {"type": "object"}}),
]


class CohereEmbedBody(EmbedBody):
    texts: TextList | None = None
    images: list[Any] | None = None
    embedding_types: list[str] | None = None

    def to_request(self) -> EmbedRequest:
        return self._request(self.texts)

    def _request(self, texts: list[str] | None) -> EmbedRequest:
        if self.images:
            raise InvalidRequest("$.images: the encoder reads text alone")
        if texts is None:
            raise InvalidRequest("$: `texts` is missing")
        types = [check_encoding(name, "embedding_types") for name in self.embedding_types or ()]
        return self.request(texts, cut="right", options=tuple(dict.fromkeys(types)))


class CohereEmbedV2Body(CohereEmbedBody):
    inputs: Inputs | None = None

    def to_request(self) -> EmbedRequest:
        if self.texts is not None and self.inputs is not None:
            raise InvalidRequest("$: `texts` and `inputs` exclude each other")
        return self._request(self.texts or self.inputs)


def encode_v1(request: EmbedRequest, result: EmbedResult, request_id: str) -> bytes:
    """`options` are the names of the types; without one the vectors are a list."""
    if request.options:
        return _encode(request, result, request_id, "1", request.options)
    vectors = list(map(ENCODINGS["float"], result.vectors))
    return dumps(
        {
            "response_type": "embeddings_floats",
            "id": request_id,
            "embeddings": vectors,
            "texts": request.texts,
            "meta": _meta(result, "1"),
        }
    )


def encode_v2(request: EmbedRequest, result: EmbedResult, request_id: str) -> bytes:
    """`options` are the names of the types; without one they are floats."""
    return _encode(request, result, request_id, "2", request.options or ("float",))


def _encode(
    request: EmbedRequest,
    result: EmbedResult,
    request_id: str,
    version: str,
    types: tuple[str, ...],
) -> bytes:
    return dumps(
        {
            **({"response_type": "embeddings_by_type"} if version == "1" else {}),
            "id": request_id,
            "embeddings": {name: [*map(ENCODINGS[name], result.vectors)] for name in types},
            "texts": request.texts,
            "meta": _meta(result, version),
        }
    )


def _meta(result: EmbedResult, version: str) -> Mapping[str, Any]:
    return {
        "api_version": {"version": version},
        "billed_units": {"input_tokens": result.tokens},
    }


_VECTORS = {"type": "array", "items": VECTOR_SCHEMA}
_BY_TYPE = {"type": "object", "properties": dict.fromkeys(ENCODINGS, _VECTORS)}


def _response(embeddings: dict[str, Any], **more: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["id", "embeddings", "texts", "meta"],
        "properties": {
            "id": {"type": "string"},
            "embeddings": embeddings,
            "texts": {"type": "array", "items": {"type": "string"}},
            "meta": {"type": "object"},
            **more,
        },
    }


_EXAMPLE = {
    "model": "minilm-en-embed",
    "texts": ["red running shoe", "rain cover for shoes"],
    "input_type": "search_document",
}
COHERE_EMBED_V1 = EmbeddingDialect(
    name="cohere-embed-v1",
    title="Cohere v1",
    paths=("/v1/embed",),
    example=_EXAMPLE,
    body=CohereEmbedBody,
    response=_response({"anyOf": [_VECTORS, _BY_TYPE]}, response_type={"type": "string"}),
    encode=encode_v1,
)
COHERE_EMBED_V2 = EmbeddingDialect(
    name="cohere-embed-v2",
    title="Cohere v2",
    paths=("/v2/embed",),
    example={**_EXAMPLE, "embedding_types": ["float"]},
    body=CohereEmbedV2Body,
    response=_response(_BY_TYPE),
    encode=encode_v2,
)
