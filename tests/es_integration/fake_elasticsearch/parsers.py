"""How each service reads its answer. Scores are float32 from here on, as they are in the server.

hugging_face  an array; `index` and `score` are required, other keys ignored
openshift_ai  Cohere's object; a key of an item that is not Cohere's is an error
custom        an object, read by the endpoint's own paths
"""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from tests.es_integration.fake_elasticsearch.errors import (
    ElasticsearchError,
    bad_argument,
    bad_state,
)
from tests.es_integration.fake_elasticsearch.paths import extract
from tests.es_integration.fake_elasticsearch.settings import Endpoint

CUSTOM_FAILED = (
    "Failed to parse custom model response, please check that the response parser path matches the "
    "response format."
)
_COHERE_ITEM = ("index", "relevance_score", "document")


class Ranked(NamedTuple):
    """One item of the answer; its index is not yet known to be a right one."""

    index: int
    score: np.float32
    text: str | None = None


def parse(endpoint: Endpoint, body: bytes, top_n: int | None) -> list[Ranked]:
    """The items; hugging_face's are sorted by score and cut to top_n.

    Raises ElasticsearchError for what the service cannot read.
    """
    try:
        data = json.loads(body)
    except ValueError as error:
        raise _parsing(f"Failed to parse object: {error}") from error
    if endpoint.service == "custom":
        ranked = _custom(endpoint.settings["response"]["json_parser"], data)
    elif endpoint.service == "openshift_ai":
        ranked = _cohere(data)
    else:
        ranked = _texts(data)[:top_n]
    return ranked


def parse_vectors(endpoint: Endpoint, body: bytes) -> list[list[np.float32]]:
    """The vectors of an endpoint for embeddings, in the answer's order: `openai` does not look at
    an item's index. Raises ElasticsearchError for what the service cannot read."""
    try:
        data = json.loads(body)
    except ValueError as error:
        raise _parsing(f"Failed to parse object: {error}") from error
    if endpoint.service == "custom":
        try:
            path = endpoint.settings["response"]["json_parser"]["text_embeddings"]
            return [_floats(vector) for vector in _listed(_object(data), path)]
        except ElasticsearchError as error:
            raise ElasticsearchError(400, "status_exception", CUSTOM_FAILED, error) from error
    if endpoint.service == "openai":
        data = [_object(item).get("embedding") for item in _array(_object(data).get("data"))]
    elif isinstance(data, Mapping):
        data = data.get("embeddings")
    return [_floats(vector) for vector in _array(data)]


def _floats(vector: Any) -> list[np.float32]:
    return [np.float32(_number(value)) for value in _array(vector)]


def _array(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise _parsing(f"expected token START_ARRAY but found [{_kind(value)}]")
    return value


def _texts(data: Any) -> list[Ranked]:
    if not isinstance(data, list):
        raise _parsing(f"expected token START_ARRAY but found [{_kind(data)}]")
    return _sorted([_item(item, "score", item.get("text")) for item in map(_object, data)])


def _cohere(data: Any) -> list[Ranked]:
    results = _object(data).get("results")
    if results is None:
        raise bad_state("Failed to find required field [results] in Cohere rerank response")
    if not isinstance(results, list):
        raise _parsing(f"expected token START_ARRAY but found [{_kind(results)}]")
    items = []
    for item in map(_object, results):
        if strange := [name for name in item if name not in _COHERE_ITEM]:
            raise _parsing(f"Failed to parse object: unknown field [{strange[0]}] found")
        text = _object(item["document"]).get("text") if "document" in item else None
        items.append(_item(item, "relevance_score", text))
    return items


def _custom(paths: Mapping[str, str], data: Any) -> list[Ranked]:
    try:
        if not isinstance(data, Mapping):
            raise _parsing(f"Failed to parse object: expecting START_OBJECT, found {_kind(data)}")
        scores = [_number(value) for value in _listed(data, paths["relevance_score"])]
        indices = list(range(len(scores)))
        if "reranked_index" in paths:
            indices = [int(_number(item)) for item in _listed(data, paths["reranked_index"])]
        if len(indices) != len(scores):
            raise bad_state(f"index field count [{len(indices)}] and score count [{len(scores)}]")
    except ElasticsearchError as error:
        raise ElasticsearchError(400, "status_exception", CUSTOM_FAILED, error) from error
    return [Ranked(index, np.float32(score)) for index, score in zip(indices, scores, strict=True)]


def _listed(data: Mapping[str, Any], path: str) -> list[Any]:
    values = extract(data, path)
    if not isinstance(values, list):
        raise bad_argument(f"Extracted field [{path}] is an invalid type, expected a list")
    return values


def _item(item: Mapping[str, Any], score: str, text: Any) -> Ranked:
    for name in ("index", score):
        if name not in item:
            raise bad_argument(f"Required [{name}]")
    if text is not None and not isinstance(text, str):
        raise _parsing(f"[text] is not a string but [{_kind(text)}]")
    return Ranked(int(_number(item["index"])), np.float32(_number(item[score])), text)


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise bad_argument(f"Current token ({_kind(value)}) not numeric")
    return float(value)


def _object(item: Any) -> Mapping[str, Any]:
    if not isinstance(item, Mapping):
        raise _parsing(f"expected token START_OBJECT but found [{_kind(item)}]")
    return item


def _sorted(items: list[Ranked]) -> list[Ranked]:
    return sorted(items, key=lambda item: -float(item.score))


def _kind(value: Any) -> str:
    kinds = {dict: "START_OBJECT", list: "START_ARRAY", str: "VALUE_STRING", bool: "VALUE_BOOLEAN"}
    return kinds.get(type(value), "VALUE_NULL" if value is None else "VALUE_NUMBER")


def _parsing(reason: str) -> ElasticsearchError:
    return ElasticsearchError(400, "parsing_exception", reason)
