"""OpenAI's embeddings API: `input` in, a list of vectors out; vLLM, NIM and many others copy it.

Source of the contract: OpenAI's API reference and openai-python 2.x, which asks for base64 unless
it is told otherwise. A text that is too long is an error there, and here unless `truncate` (NIM's
key) or vLLM's `truncate_prompt_tokens` asks for less. `input_type` is NIM's, too. Errors have
OpenAI's object under `error` beside the keys that other clients read.
"""

from collections.abc import Mapping
from typing import Any, Literal

from sidecar.contracts.embeddings.body import EmbedBody, TextList
from sidecar.contracts.embeddings.dialect import EmbeddingDialect
from sidecar.contracts.embeddings.vectors import ENCODINGS, VECTOR_SCHEMA
from sidecar.contracts.numbers import dumps
from sidecar.embedding import EmbedRequest, EmbedResult

CLIENT_FAULT = 500
"""Statuses below it are the client's."""


class OpenAiEmbeddingBody(EmbedBody):
    input: TextList
    encoding_format: Literal["float", "base64"] | None = None
    truncate_prompt_tokens: int | None = None
    """Any number has a text that is too long cut to what the encoder reads."""

    def to_request(self) -> EmbedRequest:
        return self.request(
            self.input,
            cut=None if self.truncate_prompt_tokens is None else "right",
            options=self.encoding_format or "float",
        )


def encode(request: EmbedRequest, result: EmbedResult, request_id: str) -> bytes:
    """`options` is the encoding of a vector."""
    written = ENCODINGS[request.options]
    return dumps(
        {
            "object": "list",
            "data": [
                {"object": "embedding", "index": index, "embedding": written(vector)}
                for index, vector in enumerate(result.vectors)
            ],
            "model": result.model,
            "usage": {"prompt_tokens": result.tokens, "total_tokens": result.tokens},
        }
    )


def error(flat: Mapping[str, Any]) -> Mapping[str, Any]:
    """OpenAI's error object in place of the text under `error`."""
    kind = "invalid_request_error" if flat["status"] < CLIENT_FAULT else "server_error"
    return {
        **flat,
        "error": {
            "message": flat["message"],
            "type": kind,
            "param": None,
            "code": flat["error_type"],
        },
    }


RESPONSE = {
    "type": "object",
    "required": ["object", "data", "model", "usage"],
    "properties": {
        "object": {"const": "list"},
        "data": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["object", "index", "embedding"],
                "properties": {
                    "object": {"const": "embedding"},
                    "index": {"type": "integer", "minimum": 0},
                    "embedding": VECTOR_SCHEMA,
                },
            },
        },
        "model": {"type": "string"},
        "usage": {
            "type": "object",
            "required": ["prompt_tokens", "total_tokens"],
            "properties": {
                "prompt_tokens": {"type": "integer"},
                "total_tokens": {"type": "integer"},
            },
        },
    },
}
OPENAI_EMBEDDINGS = EmbeddingDialect(
    name="openai-embeddings",
    title="OpenAI",
    paths=("/v1/embeddings", "/embeddings"),
    example={"input": ["red running shoe", "rain cover for shoes"], "model": "minilm-en-embed"},
    body=OpenAiEmbeddingBody,
    response=RESPONSE,
    encode=encode,
    error=error,
)
