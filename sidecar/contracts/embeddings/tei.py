"""Hugging Face text-embeddings-inference: `/embed`, and `/embed_all` for the vectors of tokens.

Source of the contract: router/src/http/types.rs of text-embeddings-inference. The answer is a bare
array, one entry per text. As with its `--auto-truncate` a text that is too long is cut unless
`truncate` is false. `prompt_name` names a prefix of the encoder: query, document or passage. The
vectors of tokens are the encoder's last states, special tokens included, of whatever length.
"""

from dataclasses import replace
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator

from sidecar.contracts.embeddings.body import EmbedBody, KindWord, TextList
from sidecar.contracts.embeddings.dialect import EmbeddingDialect
from sidecar.contracts.embeddings.vectors import NUMBERS_SCHEMA
from sidecar.contracts.numbers import dumps
from sidecar.embedding import EmbedRequest, EmbedResult

MAX_TOKEN_TEXTS = 32
"""Of a request for the vectors of tokens, each hundreds of times as large as one of a text: TEI's
own limit of any request."""
Direction = Annotated[
    Literal["left", "right"],
    BeforeValidator(lambda value: value.lower() if isinstance(value, str) else value),
]


class TeiEmbedBody(EmbedBody):
    inputs: TextList
    truncation_direction: Direction | None = None
    prompt_name: KindWord | None = None
    normalize: bool | None = None
    """false: vectors as the encoder gives them; otherwise of length 1."""

    def to_request(self) -> EmbedRequest:
        return self._request(normalize=self.normalize is not False)

    def _request(self, **own: Any) -> EmbedRequest:
        request = self.request(self.inputs, kind=self.prompt_name, cut="right", **own)
        if request.cut is None or self.truncation_direction is None:
            return request
        return replace(request, cut=self.truncation_direction)


class TeiEmbedAllBody(TeiEmbedBody):
    def to_request(self) -> EmbedRequest:
        return self._request(tokens=True)


def encode(request: EmbedRequest, result: EmbedResult, request_id: str) -> bytes:
    """The vectors; the array has no room for anything else."""
    return dumps(list(result.vectors))


TEI_EMBED = EmbeddingDialect(
    name="tei-embed",
    title="text-embeddings-inference",
    paths=("/embed",),
    example={"inputs": ["red running shoe", "rain cover for shoes"]},
    body=TeiEmbedBody,
    response={"type": "array", "items": NUMBERS_SCHEMA},
    encode=encode,
)
TEI_EMBED_ALL = EmbeddingDialect(
    name="tei-embed-all",
    title="text-embeddings-inference, tokens",
    paths=("/embed_all",),
    example={"inputs": ["red running shoe", "rain cover for shoes"]},
    body=TeiEmbedAllBody,
    response={"type": "array", "items": {"type": "array", "items": NUMBERS_SCHEMA}},
    encode=encode,
    max_texts=MAX_TOKEN_TEXTS,
)
