"""elasticsearch-py 9 works as 8 does: the tests of install, verify and searches, run again.

Skipped when it is not installed; RERANK_REQUIRE_CLIENTS=1 installs it, and fails if that fails.
"""

import os

import pytest

from tests.es_integration.elasticsearch import elasticsearch_py_9
from tests.es_integration.elasticsearch.conftest import CLIENT_MAJOR


def test_the_same_tests_by_elasticsearch_py_9() -> None:
    if os.environ.get("RERANK_REQUIRE_CLIENTS") == "1":
        elasticsearch_py_9.make()
    elif not elasticsearch_py_9.is_made():
        pytest.skip(f"elasticsearch-py 9 is not there: python -m {elasticsearch_py_9.__name__}")
    assert (CLIENT_MAJOR, elasticsearch_py_9.major()) == (8, 9)
    result = elasticsearch_py_9.run()
    assert result.returncode == 0, result.stdout[-4000:] + result.stderr[-2000:]
