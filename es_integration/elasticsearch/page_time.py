"""How long a page of hits takes by the endpoint: a sample goes through it to the sidecar."""

import time
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
from es_integration.elasticsearch.calls import send
from es_integration.elasticsearch.endpoint import ElasticsearchInstall

DEADLINE_HEADER = "X-Request-Deadline-Ms"
WAITS_S = 30.0
"""How long Elasticsearch waits for an inference service; no search can change it."""


def page_time(spec: ElasticsearchInstall, search: TypicalSearch, field: str) -> Procedure[PageTime]:
    """The projection for a page whose hits are sent as their `field`. Raises ClusterRefused when
    the endpoint does not score."""
    own = yield from sidecar_limits(spec.sidecar_url.rstrip("/"), spec.sidecar_key, spec.sidecar_ca)
    limits = [Limit(WAITS_S, "time that Elasticsearch waits"), *_header_limit(spec), *own]
    sample = yield from _sample(spec, search, field)
    page = yield from measure(partial(_score, spec, field), search, sample, limits)
    return page


def _header_limit(spec: ElasticsearchInstall) -> list[Limit]:
    """The deadline that the `custom` service sends, if it sends one."""
    headers = {name.lower(): value for name, value in spec.headers.items()}
    value = headers.get(DEADLINE_HEADER.lower(), "")
    if not value.isdecimal():
        return []
    return [
        Limit(
            int(value) / 1000,
            f"{DEADLINE_HEADER} of {value}",
            lambda needed: f"install with {DEADLINE_HEADER} at {ceil(needed) * 1000}",
        )
    ]


def _sample(spec: ElasticsearchInstall, search: TypicalSearch, field: str) -> Procedure[Sample]:
    example_fields: Sequence[str] = (field,)
    if spec.profile in mappings.DOMAINS:
        example_fields = mappings.load("elasticsearch", spec.profile).fields
    sample = yield from take_sample(partial(_hits, field), search, (field,), example_fields)
    return sample


def _hits(field: str, index: str) -> Procedure[Sequence[Any]]:
    answer = yield from send(
        lambda client: client.search(
            index=index,
            query=RANDOM_HITS,
            size=SAMPLE_SIZE,
            source_includes=[field],
            ignore_unavailable=True,
        )
    )
    hits: Sequence[Any] = answer["hits"]["hits"]
    return hits


def _score(
    spec: ElasticsearchInstall, field: str, query_text: str, documents: Sequence[Body]
) -> Procedure[float]:
    texts = [text_of(document, field) for document in documents]
    start = time.monotonic()
    yield from send(
        lambda client: client.inference.rerank(
            inference_id=spec.endpoint_id, query=query_text, input=texts
        )
    )
    return time.monotonic() - start
