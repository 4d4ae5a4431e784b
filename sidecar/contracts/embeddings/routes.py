"""From a path and a body to an embedding dialect, and to a request.

What the texts are may be said before a path: `/query/v1/embeddings` is `/v1/embeddings` for
queries. Many clients are told an address, and have no key for it.
"""

from collections.abc import Mapping
from typing import Any, get_args

from sidecar.contracts.control import header_keys, with_defaults
from sidecar.contracts.embeddings import EMBEDDING_DIALECTS
from sidecar.contracts.embeddings.dialect import EmbeddingDialect
from sidecar.embedding import EmbedRequest, TextKind

URL_KEYS = ("input_type", "truncate", "dimensions")
"""Keys of a body that the URL may have, for clients that are told an address and no keys."""
HEADER_KEYS = ("priority", "deadline_ms")
"""Keys of a body that headers may have."""


def _routes() -> dict[str, tuple[EmbeddingDialect, ...]]:
    paths = {path for dialect in EMBEDDING_DIALECTS for path in dialect.paths}
    return {
        path: tuple(dialect for dialect in EMBEDDING_DIALECTS if path in dialect.paths)
        for path in sorted(paths)
    }


EMBEDDING_ROUTES: Mapping[str, tuple[EmbeddingDialect, ...]] = _routes()
"""Path -> its dialects: that of a body without marks first."""
KIND_ROUTES: Mapping[str, tuple[str, TextKind]] = {
    f"/{kind}{path}": (path, kind) for kind in get_args(TextKind) for path in EMBEDDING_ROUTES
}
"""Path with a kind -> (the path whose contract it has, the kind)."""


def plain_path(path: str) -> tuple[str, Mapping[str, str]]:
    """(the path of EMBEDDING_ROUTES whose contract a path has, the keys of a body that it says)."""
    if path not in KIND_ROUTES:
        return path, {}
    plain, kind = KIND_ROUTES[path]
    return plain, {"input_type": kind}


def embedding_dialect(path: str) -> EmbeddingDialect | None:
    """The dialect of a body without marks, in whose words a path refuses what it has not read;
    None for a path that makes no vectors."""
    plain, _ = plain_path(path)
    return EMBEDDING_ROUTES[plain][0] if plain in EMBEDDING_ROUTES else None


def choose(path: str, body: Mapping[str, Any]) -> EmbeddingDialect:
    """The dialect of a body on a path of EMBEDDING_ROUTES."""
    first, *others = EMBEDDING_ROUTES[path]
    marked = (each for each in others if any(body.get(key) is not None for key in each.marks))
    return next(marked, first)


def decode(
    dialect: EmbeddingDialect,
    body: Mapping[str, Any],
    url: Mapping[str, str],
    headers: Mapping[str, str],
    *,
    max_texts: int | None = None,
) -> EmbedRequest:
    """The request of a body, with the keys of the URL and of the headers where it has none.

    Raises InvalidRequest (or NoDocuments) with the JSON path of the fault, and for more texts than
    `max_texts`.
    """
    by_header = header_keys(headers)
    defaults = {key: by_header[key] for key in HEADER_KEYS if key in by_header}
    defaults |= {key: url[key] for key in URL_KEYS if key in url}
    return dialect.decode(with_defaults(body, defaults), max_texts=max_texts)
