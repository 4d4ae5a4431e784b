"""What can be installed, and the pattern that trusts the sidecar."""

import re
from typing import Any

import pytest

from es_integration import OpenSearchInstall

SPEC = OpenSearchInstall("http://10.0.0.1:8090", fields=("title",))


@pytest.mark.parametrize(
    ("url", "trusted"),
    [
        ("http://10.0.0.1:8090/opensearch/legal/rerank", True),
        ("http://10a0.0.1:8090/opensearch/legal/rerank", False),
        ("http://10.0.0.1:80901/x", False),
        ("http://evil/?http://10.0.0.1:8090/x", False),
        ("https://10.0.0.1:8090/x", False),
    ],
)
def test_the_pattern_trusts_this_sidecar_and_nobody_else(url: str, trusted: bool) -> None:
    assert (re.fullmatch(SPEC.pattern, url) is not None) is trusted


@pytest.mark.parametrize(
    "options",
    [
        {"sidecar_url": "sidecar:8090"},
        {"sidecar_url": "http://sidecar:8090?query=json"},
        {"sidecar_url": "http://user@sidecar"},
        {"profile": "../x"},
        {"name": "Rerank"},
        {"read_timeout_s": 0},
        {"routes": ()},
        {"rotate_key": True},
    ],
)
def test_invalid_options_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        OpenSearchInstall(**{"sidecar_url": "http://sidecar:8090", **options})
