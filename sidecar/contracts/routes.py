"""From a path and a body to a request.

The dialect is chosen by `choose` alone, from the path and the body's keys: the rows below are the
whole rule. The engine routes may name a profile in the path: `/opensearch/legal/rerank` is
`/opensearch/rerank` with that profile, unless the search itself names another.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sidecar.contracts.body import parse
from sidecar.contracts.control import header_keys, open_query, read_control
from sidecar.contracts.dialect import Dialect
from sidecar.contracts.dialects import score, vllm
from sidecar.contracts.dialects.cohere import COHERE_V1, COHERE_V2
from sidecar.contracts.dialects.gradio import GRADIO
from sidecar.contracts.dialects.infinity import INFINITY
from sidecar.contracts.dialects.jina import JINA
from sidecar.contracts.dialects.mixedbread import MIXEDBREAD
from sidecar.contracts.dialects.nim import NIM
from sidecar.contracts.dialects.search_engines import ELASTICSEARCH, ELASTICSEARCH_TEXTS, OPENSEARCH
from sidecar.contracts.dialects.tei import TEI
from sidecar.contracts.dialects.voyage import VOYAGE
from sidecar.errors import InvalidRequest
from sidecar.request import Control, RankRequest


@dataclass(frozen=True, slots=True)
class Row:
    """Where a dialect is spoken."""

    dialect: Dialect
    keys: tuple[str, ...]
    """Of the body, one of which holds the documents."""
    paths: tuple[str, ...]
    """Where those keys are enough."""
    shared: tuple[str, ...] = ()
    """Where the body must hold one of `marks` as well; it may be null."""
    marks: tuple[str, ...] = ()

    def speaks(self, path: str, key: str, body: Mapping[str, Any]) -> bool:
        """Whether a body with its documents under `key` is this dialect's on the path."""
        if key not in self.keys:
            return False
        return path in self.paths or (
            path in self.shared and any(mark in body for mark in self.marks)
        )


ROWS = (
    Row(OPENSEARCH, ("documents",), ("/opensearch/rerank",)),
    Row(ELASTICSEARCH, ("documents",), ("/elasticsearch/rerank",)),
    Row(ELASTICSEARCH_TEXTS, ("texts",), ("/elasticsearch/rerank",)),
    Row(VOYAGE, ("documents",), ("/voyage/v1/rerank",), ("/v1/rerank",), ("top_k", "truncation")),
    Row(INFINITY, ("documents",), ("/infinity/rerank",), ("/rerank",), ("raw_scores",)),
    Row(
        vllm.VLLM,
        ("documents",),
        ("/vllm/rerank",),
        ("/rerank", "/v1/rerank", "/v2/rerank"),
        vllm.MARKS,
    ),
    Row(JINA, ("documents",), ("/jina/v1/rerank",)),
    Row(COHERE_V2, ("documents",), ("/v2/rerank", "/rerank")),
    Row(COHERE_V1, ("documents",), ("/v1/rerank",)),
    Row(TEI, ("texts",), ("/rerank",)),
    Row(MIXEDBREAD, ("input",), ("/v1/reranking",)),
    Row(NIM, ("passages",), ("/v1/ranking", "/v1/retrieval/{model}/reranking")),
    Row(score.SCORE, tuple(score.SIDES), ("/score", "/v1/score")),
    Row(GRADIO, ("data",), ("/api/predict",)),
)
"""One per dialect; the first that speaks is it."""


def _routes() -> dict[str, dict[str, Dialect]]:
    found: dict[str, dict[str, Dialect]] = {}
    for row in ROWS:
        for path in row.paths:
            found.setdefault(path, {}).update(dict.fromkeys(row.keys, row.dialect))
    return found


ROUTES: Mapping[str, Mapping[str, Dialect]] = _routes()
"""Path -> the body's key that holds the documents -> the dialect of a body without marks."""

PROFILE_ROUTES: Mapping[str, str] = {
    "/opensearch/{profile}/rerank": "/opensearch/rerank",
    "/elasticsearch/{profile}/rerank": "/elasticsearch/rerank",
}
"""Path with a profile -> the path whose contract it has."""


def decode(
    path: str,
    raw: bytes,
    headers: Mapping[str, str],
    *,
    profile: str | None = None,
    json_query: bool = False,
    chosen: Callable[[Dialect], None] = lambda dialect: None,
) -> tuple[Dialect, RankRequest]:
    """The dialect and the request of a raw body. `profile` is the path's, if it names one;
    `chosen` is told the dialect before it reads the body, so that a refusal can be in its words.

    Raises InvalidRequest (or MalformedBody, NoDocuments) with the JSON path of the fault.
    """
    body = parse(raw)
    if json_query:
        body = open_query(body)
    dialect = choose(path, body)
    chosen(dialect)
    defaults = {"profile": profile} if profile is not None else {}
    control = read_control({**defaults, **header_keys(headers), **_given(body)})
    request = dialect.decode(body)
    control = _with_own(control, request.control)
    return dialect, replace(request, control=control)


def _with_own(control: Control, dialects: Control) -> Control:
    """The control keys, which go before an instruction that the dialect has a place for."""
    if control.instruction is not None or dialects.instruction is None:
        return control
    return replace(control, instruction=dialects.instruction)


def _given(body: Mapping[str, Any]) -> dict[str, Any]:
    """Without the keys that are null: null is absent, and hides no header."""
    return {key: value for key, value in body.items() if value is not None}


def dialects(path: str) -> tuple[Dialect, ...]:
    """All that are spoken on a path that is in ROUTES, those of a body without marks first."""
    plain = (row.dialect for row in ROWS if path in row.paths)
    return (*plain, *(row.dialect for row in ROWS if path in row.shared))


def choose(path: str, body: Mapping[str, Any]) -> Dialect:
    """The dialect of a body on a path that is in ROUTES.

    Raises InvalidRequest when the body holds none of the path's keys, or several.
    """
    keys = ROUTES[path]
    found = [key for key in keys if body.get(key) is not None]
    if not found:  # the dialect says what is wrong with null
        found = [key for key in keys if key in body][:1]
    if len(found) > 1:
        raise InvalidRequest(f"$: {' and '.join(f'`{key}`' for key in found)} exclude each other")
    if not found:
        raise InvalidRequest(f"$: {' or '.join(f'`{key}`' for key in keys)} is missing")
    return next(row.dialect for row in ROWS if row.speaks(path, found[0], body))
