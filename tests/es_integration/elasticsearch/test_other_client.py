"""What elasticsearch-py 9 sends is answered as 8's is: install, verify and searches over again.

Skipped where it is not there; RERANK_REQUIRE_CLIENTS=1 makes it, and fails.
"""

import os

import pytest

from tests.es_integration.elasticsearch import other_client
from tests.es_integration.elasticsearch.conftest import CLIENT_MAJOR


def test_the_same_tests_by_elasticsearch_py_9() -> None:
    if os.environ.get("RERANK_REQUIRE_CLIENTS") == "1":
        other_client.make()
    elif not other_client.is_made():
        pytest.skip(f"elasticsearch-py 9 is not there: python -m {other_client.__name__}")
    assert (CLIENT_MAJOR, other_client.major()) == (8, 9)
    done = other_client.run()
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
