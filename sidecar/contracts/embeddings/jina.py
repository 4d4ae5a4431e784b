"""Jina's embeddings API: OpenAI's path and answer with keys of its own.

Source of the contract: Jina's API reference (`/v1/embeddings`). `task` says what the texts are;
`late_chunking` would read all of them as one text, which is refused. On `/jina/v1/embeddings` every
body is Jina's.
"""

from typing import Annotated, Any

from pydantic import BeforeValidator

from sidecar.contracts.embeddings.body import EmbedBody, KindWord, TextList
from sidecar.contracts.embeddings.dialect import EmbeddingDialect
from sidecar.contracts.embeddings.openai import RESPONSE, encode, error
from sidecar.contracts.embeddings.vectors import check_encoding
from sidecar.embedding import EmbedRequest
from sidecar.errors import InvalidRequest


def _one(value: object) -> object:
    """Of a list with one encoding that encoding."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value


class JinaEmbeddingBody(EmbedBody):
    input: TextList
    task: KindWord | None = None
    normalized: bool | None = None
    """false: vectors as the encoder gives them; otherwise of length 1."""
    embedding_type: Annotated[str, BeforeValidator(_one)] | None = None
    late_chunking: bool | None = None

    def to_request(self) -> EmbedRequest:
        if self.late_chunking:
            raise InvalidRequest("$.late_chunking: texts are encoded one by one here")
        return self.request(
            self.input,
            kind=self.task,
            cut=None,
            normalize=self.normalized is not False,
            options=check_encoding(self.embedding_type or "float", "embedding_type"),
        )


_EXAMPLE: dict[str, Any] = {
    "model": "minilm-en-embed",
    "task": "retrieval.passage",
    "input": ["red running shoe", {"text": "rain cover for shoes"}],
}
JINA_EMBEDDINGS = EmbeddingDialect(
    name="jina-embeddings",
    title="Jina",
    paths=("/jina/v1/embeddings", "/v1/embeddings"),
    marks=("task", "embedding_type", "normalized", "late_chunking"),
    example=_EXAMPLE,
    body=JinaEmbeddingBody,
    response=RESPONSE,
    encode=encode,
    error=error,
)
