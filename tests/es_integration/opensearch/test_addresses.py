"""Which addresses count as private."""

import pytest

from es_integration.opensearch.addresses import is_private


@pytest.mark.parametrize(
    ("host", "private"),
    [
        ("127.0.0.1", True),
        ("localhost", True),
        ("192.168.1.2", True),
        ("169.254.1.1", True),
        ("[::1]", True),
        ("8.8.8.8", False),
        ("sidecar", True),
        ("sidecar.search.svc", True),
        ("${parameters.region}.example.invalid", False),
    ],
)
def test_which_addresses_are_private(host: str, private: bool) -> None:
    assert is_private(f"http://{host}:8090/x") is private
