"""Whatever JSON stands in a key: the body is read, or refused in words."""

import contextlib
import itertools
from typing import Any

import pytest

from sidecar.contracts.embeddings import EMBEDDING_DIALECTS
from sidecar.contracts.embeddings.dialect import EmbeddingDialect
from sidecar.contracts.embeddings.routes import decode
from sidecar.embedding import EmbedRequest
from sidecar.errors import InvalidRequest

VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1e400, 2**70, 0.5, "", " ", "true", "QUERY", "\ud800"),
    *([], [None], [[]], [{}], [True], [1], [["a"]], [{"text": None}], [{"text": ["a"]}]),
    *({}, {"a": 1}, {"text": {}}, {"text": "a"}, {"content": 1}, {"content": [{"type": []}]}),
    *([{"content": None}], [{"content": [None]}], [{"content": [{"text": 1}]}], [{1: "a"}]),
)


@pytest.mark.parametrize("dialect", EMBEDDING_DIALECTS, ids=lambda dialect: dialect.name)
def test_any_value_of_any_key_is_read_or_refused(dialect: EmbeddingDialect) -> None:
    read = 0
    for key, value in itertools.product(dialect.body.model_fields, VALUES):
        with contextlib.suppress(InvalidRequest):
            request = decode(dialect, {**dialect.example, key: value}, {}, {})
            assert isinstance(request, EmbedRequest)
            read += 1
    assert read > len(dialect.body.model_fields), "null, at least, is read in most keys"
