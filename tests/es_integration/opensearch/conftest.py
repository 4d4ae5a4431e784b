"""A client of the fake cluster; the tests on a real node have their own sidecar."""

from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest
from opensearchpy import OpenSearch

from tests.es_integration.opensearch.fake_opensearch import FakeOpenSearch


@pytest.fixture
def fake() -> FakeOpenSearch:
    return FakeOpenSearch()


@pytest.fixture
def fake_server(recording_server: Callable[..., Any], fake: FakeOpenSearch) -> Any:
    return recording_server(fake)


@pytest.fixture
def client(fake_server: Any) -> Iterator[OpenSearch]:
    with closing(OpenSearch(fake_server.url, max_retries=0)) as client:
        yield client
