"""Documents in which a profile finds none of its fields: the warning, and the metric."""

import re
from typing import Any

import pytest

from sidecar.workshop.sidecar_process import SidecarProcess
from tests.http_client import ask, post

WARNING = "documents with none of the profile's fields, read as plain text: "


def counted(server: SidecarProcess) -> float:
    metrics = ask(server, "/metrics").raw.decode()
    (count,) = re.findall(r"^rerank_documents_without_fields_total (\S+)$", metrics, re.M)
    return float(count)


def warnings(server: SidecarProcess, documents: list[Any], profile: str) -> str:
    body = {"query": "red shoe", "documents": documents, "profile": profile}
    return post(server, "/v2/rerank", body).headers.get("x-rerank-warnings", "")


def test_they_are_named_and_counted(server: SidecarProcess) -> None:
    before = counted(server)
    documents = [{"title": "Red shoe"}, {"headline": "Red shoe"}, "A red shoe.", "", {"text": "x"}]
    assert warnings(server, documents, "ecommerce") == f"{WARNING}1, 2, 4"
    assert counted(server) == before + 3


@pytest.mark.parametrize(
    ("documents", "profile"),
    [
        ([{"_source": {"title": "Red shoe"}}, {"g:title": "Red shoe"}], "ecommerce"),
        ([{"headline": "Red shoe"}, "A red shoe."], "plain"),
    ],
)
def test_others_are_not(server: SidecarProcess, documents: list[Any], profile: str) -> None:
    assert warnings(server, documents, profile) == ""
