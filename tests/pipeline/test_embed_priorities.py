"""Whose work an embedding request is: only what somebody waits for goes before an index."""

import pytest

from sidecar.embedding import EmbedRequest
from sidecar.pipeline.embed_pipeline import flow_of
from sidecar.runtime.flows import Flow


@pytest.mark.parametrize(
    ("request_", "priority"),
    [
        (EmbedRequest(("a",)), "interactive"),
        (EmbedRequest(("a", "b")), "batch"),
        (EmbedRequest(("a", "b"), kind="query"), "interactive"),
        (EmbedRequest(("a",), kind="document"), "batch"),
        (EmbedRequest(("a",), kind="document", priority="interactive"), "interactive"),
        (EmbedRequest(("a",), priority="batch"), "batch"),
    ],
)
def test_documents_are_batch_work(request_: EmbedRequest, priority: str) -> None:
    assert flow_of(request_, Flow(key="shop")) == Flow(priority, "shop")  # type: ignore[arg-type]
    assert flow_of(request_, Flow("batch", "shop")).priority == "batch"  # it cannot be raised
