"""A page of a real node's own documents, projected and then searched."""

import pytest
from opensearchpy import OpenSearch

from es_integration import OpenSearchInstall, Route
from es_integration.cluster.page_sample import TypicalSearch
from es_integration.opensearch import verify_cluster
from sidecar.workshop.sidecar_process import SidecarProcess
from tests.es_integration.opensearch.node_setup import installed

pytestmark = pytest.mark.node

INDEX = "decisions"
SENTENCE = "The court of appeal held in case {number} that the tenant had given notice in time."


@pytest.mark.every_version
def test_a_page_of_long_decisions_is_projected_from_the_clusters_own_documents(
    cluster: OpenSearch, own_sidecar: SidecarProcess
) -> None:
    spec = OpenSearchInstall(
        own_sidecar.url, "legal", routes=(Route.STRUCTURED,), name="paged", read_timeout_s=6
    )
    for at in range(24):
        text = " ".join(SENTENCE.format(number=f"{at}-{number}") for number in range(3 + at))
        cluster.index(index=INDEX, id=str(at), body={"title": f"Tenant {at}", "text": text})
    cluster.indices.refresh(index=INDEX)
    try:
        with installed(cluster, spec):
            size = 20_000
            search = TypicalSearch(size, "may a landlord end the lease early", INDEX)
            *_, page = verify_cluster(cluster, spec, search=search)
            assert page.name == "structured: page"
            assert not page.passed
            assert " documents of decisions), more than the 5.75 s" in page.detail
            fitting = int(page.detail.partition("A size of ")[2].split()[0])
            assert 0 < fitting < size
            few = TypicalSearch(max(1, fitting // 4), search.query_text, INDEX)
            *_, page, reranked = verify_cluster(cluster, spec, INDEX, few)
            assert page.passed, page.detail
            assert reranked.passed, reranked.detail
    finally:
        cluster.indices.delete(index=INDEX)
