"""Which search engine answers at an address, and whose client it is."""

from base64 import b64encode
from collections.abc import Callable
from typing import Any

import pytest
from elasticsearch import AsyncElasticsearch, Elasticsearch
from opensearchpy import OpenSearch

from es_integration import ClusterRefused
from es_integration.cluster.login import Login
from es_integration.cluster.search_engine import search_engine_at, search_engine_of
from mappings import SearchEngine

OPENSEARCH = {"version": {"distribution": "opensearch", "number": "2.19.1"}}


@pytest.mark.parametrize("status", [200, 405])
def test_elasticsearch_is_known_by_its_header(
    recording_server: Callable[..., Any], status: int
) -> None:
    server = recording_server(lambda method, path, body: (status, {}))
    server.headers["X-Elastic-Product"] = "Elasticsearch"
    assert search_engine_at(Login(server.url)) == "elasticsearch"


def test_opensearch_is_known_by_its_answer(recording_server: Callable[..., Any]) -> None:
    server = recording_server(lambda method, path, body: (200, OPENSEARCH))
    assert search_engine_at(Login(server.url + "/")) == "opensearch"
    assert server.requests == [("GET", "/", None)]


@pytest.mark.parametrize("answer", [{}, [], {"version": None}, b"<html>", {"version": "1"}])
def test_others_are_refused(recording_server: Callable[..., Any], answer: Any) -> None:
    server = recording_server(lambda method, path, body: (200, answer))
    with pytest.raises(ClusterRefused, match="neither"):
        search_engine_at(Login(server.url))


def test_wrong_credentials_are_refused(recording_server: Callable[..., Any]) -> None:
    server = recording_server(lambda method, path, body: (401, {}))
    with pytest.raises(ClusterRefused, match="wants other credentials") as refused:
        search_engine_at(Login(server.url))
    assert refused.value.status == 401
    server.headers["X-Elastic-Product"] = "Elasticsearch"
    with pytest.raises(ClusterRefused, match=r"elasticsearch at .* wants other credentials"):
        search_engine_at(Login(server.url))


@pytest.mark.parametrize(
    ("login", "header"),
    [
        ({"api_key": "a2V5"}, "ApiKey a2V5"),
        ({"user": "me:pass:word"}, "Basic " + b64encode(b"me:pass:word").decode()),
        ({}, None),
    ],
)
def test_credentials_are_sent(
    login: dict[str, str], header: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = []

    def refuse(request: Any, **options: Any) -> Any:
        sent.append(request.get_header("Authorization"))
        raise OSError("no")

    monkeypatch.setattr("urllib.request.urlopen", refuse)
    with pytest.raises(ClusterRefused, match="no"):
        search_engine_at(Login("https://127.0.0.1:9", **login))
    assert sent == [header]


@pytest.mark.parametrize("url", ["file:///etc/passwd", "127.0.0.1:9200", "http://", "ftp://x"])
def test_other_addresses_are_refused(url: str) -> None:
    with pytest.raises(ClusterRefused, match="http://"):
        search_engine_at(Login(url))


def test_a_password_in_the_address_is_refused_and_not_repeated() -> None:
    with pytest.raises(ValueError, match="apart from the address") as refused:
        Login("http://me:hush@127.0.0.1:9")
    assert "hush" not in str(refused.value)


def test_a_file_without_certificates_is_refused(tmp_path: Any) -> None:
    file = tmp_path / "ca.pem"
    file.write_text("no certificate")
    with pytest.raises(ClusterRefused, match="https://127"):
        search_engine_at(Login("https://127.0.0.1:9", ca=str(file)))


def test_a_client_is_known_by_its_package() -> None:
    class Own(Elasticsearch):
        pass

    assert search_engine_of(Own("http://127.0.0.1:9")) is SearchEngine.ELASTICSEARCH
    assert (
        search_engine_of(AsyncElasticsearch.__new__(AsyncElasticsearch))
        is SearchEngine.ELASTICSEARCH
    )
    assert search_engine_of(OpenSearch("http://127.0.0.1:9")) is SearchEngine.OPENSEARCH
    with pytest.raises(TypeError, match="no client"):
        search_engine_of(object())
