"""How long a page of hits takes by a route: a sample goes through its model to the sidecar."""

from collections.abc import Sequence
from functools import partial
from math import ceil
from typing import Any

import mappings
from es_integration.cluster.page_sample import (
    RANDOM_HITS,
    SAMPLE_SIZE,
    Sample,
    TypicalSearch,
    take_sample,
    text_of,
)
from es_integration.cluster.page_time import Limit, PageTime, measure, sidecar_limits
from es_integration.cluster.procedure import Body, Procedure
from es_integration.opensearch.bodies import ANSWER_MARGIN_MS
from es_integration.opensearch.calls import send
from es_integration.opensearch.predict import predict
from es_integration.opensearch.spec import TEXT_FIELD, OpenSearchInstall, Route

_MARGIN_S = ANSWER_MARGIN_MS / 1000


def page_time(
    spec: OpenSearchInstall, route: Route, model_id: str, search: TypicalSearch
) -> Procedure[PageTime]:
    """The projection for a page of the route. Raises ClusterRefused when the model does not
    score."""
    own = yield from sidecar_limits(spec.base_url, spec.sidecar_key, spec.sidecar_ca)
    read_timeout = Limit(
        spec.read_timeout_s - _MARGIN_S,
        f"read_timeout of {spec.read_timeout_s} s",
        lambda seconds: f"install with --read-timeout {ceil(seconds + _MARGIN_S)}",
    )
    limits = (read_timeout, *own)
    sample = yield from _sample(spec, route, search)
    page = yield from measure(partial(_score, spec, route, model_id), search, sample, limits)
    return page


def _sample(spec: OpenSearchInstall, route: Route, search: TypicalSearch) -> Procedure[Sample]:
    fields = (spec.text_field,) if route is Route.FLAT else spec.sent
    example_fields = fields
    if fields == (TEXT_FIELD,) and spec.profile in mappings.DOMAINS:
        example_fields = mappings.load("opensearch", spec.profile).fields
    sample = yield from take_sample(partial(_hits, fields), search, fields, example_fields)
    return sample


def _hits(fields: Sequence[str], index: str) -> Procedure[Sequence[Any]]:
    body: Body = {"query": RANDOM_HITS, "size": SAMPLE_SIZE, "_source": list(fields)}
    params = {"ignore_unavailable": "true", "search_pipeline": "_none"}
    answer = yield from send(lambda client: client.search(index=index, body=body, params=params))
    hits: Sequence[Any] = answer["hits"]["hits"]
    return hits


def _score(
    spec: OpenSearchInstall,
    route: Route,
    model_id: str,
    query_text: str,
    documents: Sequence[Body],
) -> Procedure[float]:
    sent: Sequence[Any] = documents
    if route is Route.FLAT:
        sent = [text_of(document, spec.text_field) for document in documents]
    prediction = yield from predict(spec, route, model_id, query_text, sent)
    return prediction.seconds
