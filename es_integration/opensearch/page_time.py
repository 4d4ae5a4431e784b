"""How long a page of hits takes by a route: a sample goes through its model to the sidecar."""

from collections.abc import Sequence
from functools import partial
from math import ceil
from typing import Any

import mappings
from es_integration.cluster.page_time import (
    RANDOM_HITS,
    SAMPLE_SIZE,
    Limit,
    PageTime,
    Sample,
    TypicalSearch,
    measure,
    own_deadline,
    sample_of,
    text_of,
)
from es_integration.cluster.procedure import Body, Procedure
from es_integration.cluster.sidecar_deadline import sidecar_deadline
from es_integration.errors import ClusterRefused
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
    limits = [
        Limit(
            spec.read_timeout_s - _MARGIN_S,
            f"read_timeout of {spec.read_timeout_s} s",
            lambda seconds: f"install with --read-timeout {ceil(seconds + _MARGIN_S)}",
        )
    ]
    own_s = yield from sidecar_deadline(spec.base_url, spec.sidecar_key)
    if own_s is not None:
        limits.append(own_deadline(own_s))
    sample = yield from _sample(spec, route, search)
    page = yield from measure(partial(_score, spec, route, model_id), search, sample, limits)
    return page


def _sample(spec: OpenSearchInstall, route: Route, search: TypicalSearch) -> Procedure[Sample]:
    fields = (spec.text_field,) if route is Route.FLAT else spec.sent
    example_fields = fields
    if fields == (TEXT_FIELD,) and spec.profile in mappings.DOMAINS:
        example_fields = mappings.load("opensearch", spec.profile).fields
    hits: Sequence[Any] = ()
    if search.index is not None:
        body: Body = {"query": RANDOM_HITS, "size": SAMPLE_SIZE, "_source": list(fields)}
        params = {"ignore_unavailable": "true", "search_pipeline": "_none"}
        try:
            answer = yield from send(
                lambda client: client.search(index=search.index, body=body, params=params)
            )
            hits = answer["hits"]["hits"]
        except ClusterRefused:  # No such index, or not for these credentials: examples will do.
            pass
    return sample_of(hits, fields, search, example_fields)


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
