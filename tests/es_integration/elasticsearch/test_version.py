"""Which inference services a version has."""

from typing import Any

import pytest

from es_integration.elasticsearch.version import Version


@pytest.mark.parametrize(
    ("number", "services"),
    [
        ("8.18.4", ""),
        ("8.19.0", "hugging_face custom"),
        ("9.0.4", ""),
        ("9.1.0", "hugging_face custom"),
        ("9.2.1-SNAPSHOT", "hugging_face custom"),
        ("9.3.0", "hugging_face custom openshift_ai"),
        ("10.0.0", "hugging_face custom openshift_ai"),
    ],
)
def test_each_service_has_its_first_version(number: str, services: str) -> None:
    version = Version(number)
    names: tuple[Any, ...] = ("hugging_face", "custom", "openshift_ai")
    assert [name for name in names if version.has(name)] == services.split()


def test_serverless_has_every_service() -> None:
    assert Version("8.11.0", serverless=True).has("openshift_ai")
