"""The cluster settings: what is added to a list that others rely on, and what is taken away."""

import re
from dataclasses import replace
from typing import Any

import pytest
from opensearchpy import OpenSearch

from es_integration import OpenSearchInstall
from es_integration.opensearch import install, uninstall
from es_integration.opensearch.addresses import is_private
from es_integration.opensearch.settings import ClusterSettings
from tests.es_integration.opensearch.fake import PRIVATE, TRUSTED, VENDORS, FakeOpenSearch

WANTED = OpenSearchInstall("http://10.0.0.1:8090", fields=("title",))
OURS = r"^http://10\.0\.0\.1:8090/.*$"


def test_one_pattern_is_added_to_the_default_list_and_shown(
    client: OpenSearch, fake: FakeOpenSearch
) -> None:
    trusted, private, *_ = install(client, WANTED)
    assert fake.settings["persistent"][TRUSTED] == [*VENDORS, OURS]
    assert fake.settings["persistent"][PRIVATE] == "true"
    added = trusted.diff().splitlines()
    assert '+    "^http://10\\\\.0\\\\.0\\\\.1:8090/.*$"' in added
    assert private.before == {"value": False, "set in": "defaults"}


def test_a_list_that_is_the_default_again_is_unset(
    client: OpenSearch, fake: FakeOpenSearch
) -> None:
    install(client, WANTED)
    made = uninstall(client, WANTED)
    assert made[-2].after == {"value": VENDORS, "set in": "defaults"}
    assert fake.settings == {"persistent": {}, "transient": {}}


@pytest.mark.parametrize("place", ["persistent", "transient"])
def test_a_list_that_somebody_set_keeps_its_place_and_its_patterns(
    client: OpenSearch, fake: FakeOpenSearch, place: str
) -> None:
    fake.settings[place][TRUSTED] = ["^https://mine/.*$"]
    install(client, WANTED)
    assert fake.settings[place][TRUSTED] == ["^https://mine/.*$", OURS]
    fake.settings[place][TRUSTED].append("^https://later/.*$")
    uninstall(client, WANTED)
    assert fake.settings[place] == {TRUSTED: ["^https://mine/.*$", "^https://later/.*$"]}


def test_what_opensearch_yml_trusts_is_left_alone(client: OpenSearch, fake: FakeOpenSearch) -> None:
    fake.defaults = {TRUSTED: [r"^http://10\.0\.0\.1:[0-9]+/.*$"], PRIVATE: "true"}
    install(client, WANTED)
    uninstall(client, WANTED)
    assert fake.settings["persistent"] == {}


def test_a_public_address_opens_no_private_ones(client: OpenSearch, fake: FakeOpenSearch) -> None:
    install(client, replace(WANTED, sidecar_url="http://8.8.8.8:8090"))
    assert PRIVATE not in fake.settings["persistent"]


def test_two_sidecars_stand_side_by_side(client: OpenSearch, fake: FakeOpenSearch) -> None:
    second = replace(WANTED, sidecar_url="http://10.0.0.2:8090", name="second")
    install(client, WANTED)
    install(client, second)
    uninstall(client, WANTED)
    assert fake.settings["persistent"][TRUSTED] == [*VENDORS, second.pattern]
    assert fake.settings["persistent"][PRIVATE] == "true", "the second one needs it"
    uninstall(client, second)
    assert fake.settings["persistent"] == {}


def test_private_addresses_that_were_forbidden_are_forbidden_again(
    client: OpenSearch, fake: FakeOpenSearch
) -> None:
    fake.settings["persistent"][PRIVATE] = "false"
    install(client, WANTED)
    assert fake.settings["persistent"][PRIVATE] == "true"
    uninstall(client, WANTED)
    assert fake.settings["persistent"] == {PRIVATE: "false"}


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
    assert (re.fullmatch(WANTED.pattern, url) is not None) is trusted


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
    assert settings.trusts(WANTED.rerank_url) is trusts


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
def test_what_cannot_be_is_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        OpenSearchInstall(**{"sidecar_url": "http://sidecar:8090", **options})
