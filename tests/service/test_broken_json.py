"""A document that was cut within its JSON: the warning in the answer, and the metric."""

import json
import re

import pytest

from sidecar.workshop.sidecar_process import SidecarProcess
from tests.http_client import ask, post

QUERY = "may a landlord end the lease early"
TOLD = "documents that are a broken piece of JSON, read as plain text without their fields: "
DECISION = {
    "title": "Lessor v. Lessee",
    "text": "A landlord may not end the lease early. " * 40,
    "status": "overruled",
}


def counted(server: SidecarProcess) -> float:
    metrics = ask(server, "/metrics").raw.decode()
    (count,) = re.findall(r"^rerank_broken_documents_total (\S+)$", metrics, re.M)
    return float(count)


@pytest.mark.parametrize("key", ["texts", "documents"])
def test_the_chunks_of_a_rerank_doc_are_named(server: SidecarProcess, key: str) -> None:
    """As a `chunk_rescorer` cuts it: the rule of the status is lost, and the answer says so."""
    whole = json.dumps(DECISION, separators=(",", ":"))
    chunks = [whole[at : at + 600] for at in range(0, len(whole), 600)]
    assert len(chunks) == 3
    before = counted(server)
    body = {"query": QUERY, key: [whole, *chunks]}
    answer = post(server, "/elasticsearch/legal/rerank", body)
    assert answer.headers["x-rerank-warnings"].endswith(f"{TOLD}1, 3"), "prose alone is not told"
    if key == "documents":
        assert f"{TOLD}1, 3" in answer.body["warnings"]
    assert counted(server) == before + 2


def test_under_a_profile_without_fields_a_string_is_text(server: SidecarProcess) -> None:
    before = counted(server)
    answer = post(server, "/elasticsearch/plain/rerank", {"query": QUERY, "texts": ['{"title":"x']})
    assert "x-rerank-warnings" not in answer.headers
    assert counted(server) == before
