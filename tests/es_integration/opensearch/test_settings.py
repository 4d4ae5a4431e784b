"""The cluster settings: what an install adds to a shared list, and what an uninstall removes."""

from dataclasses import replace
from typing import Any

import pytest
from opensearchpy import OpenSearch

from es_integration import OpenSearchInstall
from es_integration.opensearch import install, uninstall
from es_integration.opensearch.settings import ClusterSettings
from tests.es_integration.opensearch.fake_opensearch import (
    PRIVATE,
    TRUSTED,
    VENDORS,
    FakeOpenSearch,
)

SPEC = OpenSearchInstall("http://10.0.0.1:8090", fields=("title",))
OURS = r"^http://10\.0\.0\.1:8090/.*$"


def test_one_pattern_is_added_to_the_default_list_and_shown(
    client: OpenSearch, fake: FakeOpenSearch
) -> None:
    trusted, private, *_ = install(client, SPEC)
    assert fake.settings["persistent"][TRUSTED] == [*VENDORS, OURS]
    assert fake.settings["persistent"][PRIVATE] == "true"
    added = trusted.diff().splitlines()
    assert '+    "^http://10\\\\.0\\\\.0\\\\.1:8090/.*$"' in added
    assert private.before == {"value": False, "set in": "defaults"}


def test_a_list_that_is_the_default_again_is_unset(
    client: OpenSearch, fake: FakeOpenSearch
) -> None:
    install(client, SPEC)
    made = uninstall(client, SPEC)
    assert made[-2].after == {"value": VENDORS, "set in": "defaults"}
    assert fake.settings == {"persistent": {}, "transient": {}}


@pytest.mark.parametrize("level", ["persistent", "transient"])
def test_a_list_that_somebody_set_keeps_its_place_and_its_patterns(
    client: OpenSearch, fake: FakeOpenSearch, level: str
) -> None:
    fake.settings[level][TRUSTED] = ["^https://mine/.*$"]
    install(client, SPEC)
    assert fake.settings[level][TRUSTED] == ["^https://mine/.*$", OURS]
    fake.settings[level][TRUSTED].append("^https://later/.*$")
    uninstall(client, SPEC)
    assert fake.settings[level] == {TRUSTED: ["^https://mine/.*$", "^https://later/.*$"]}


def test_patterns_of_opensearch_yml_are_left_alone(
    client: OpenSearch, fake: FakeOpenSearch
) -> None:
    fake.defaults = {TRUSTED: [r"^http://10\.0\.0\.1:[0-9]+/.*$"], PRIVATE: "true"}
    install(client, SPEC)
    uninstall(client, SPEC)
    assert fake.settings["persistent"] == {}


def test_a_public_address_opens_no_private_ones(client: OpenSearch, fake: FakeOpenSearch) -> None:
    install(client, replace(SPEC, sidecar_url="http://8.8.8.8:8090"))
    assert PRIVATE not in fake.settings["persistent"]


def test_two_sidecars_can_be_installed(client: OpenSearch, fake: FakeOpenSearch) -> None:
    second = replace(SPEC, sidecar_url="http://10.0.0.2:8090", name="second")
    install(client, SPEC)
    install(client, second)
    uninstall(client, SPEC)
    assert fake.settings["persistent"][TRUSTED] == [*VENDORS, second.pattern]
    assert fake.settings["persistent"][PRIVATE] == "true", "the second one needs it"
    uninstall(client, second)
    assert fake.settings["persistent"] == {}


def test_the_private_address_setting_is_restored(client: OpenSearch, fake: FakeOpenSearch) -> None:
    fake.settings["persistent"][PRIVATE] = "false"
    install(client, SPEC)
    assert fake.settings["persistent"][PRIVATE] == "true"
    uninstall(client, SPEC)
    assert fake.settings["persistent"] == {PRIVATE: "false"}


@pytest.mark.parametrize(
    ("value", "trusts"),
    [
        ([".*"], True),
        ("^x$,^http://10.*$", True),  # Given as a text.
        ([r"^http://10\.0\.0\.1"], False),  # Java asks for a match of the whole.
        ([r"^\p{Alpha}+://.*$"], False),  # Java's own spelling.
        ([], False),
    ],
)
def test_a_list_is_read_as_the_cluster_reads_it(value: Any, trusts: bool) -> None:
    settings = ClusterSettings({"persistent": {TRUSTED: value}, "transient": {}, "defaults": {}})
    assert settings.trusts(SPEC.rerank_url) is trusts
