"""What a server's answer must look like."""

import pytest

from sidecar.workshop.bench.compare.contender import ContenderFailed
from sidecar.workshop.bench.compare.servers import read_scores


def test_scores_are_in_the_documents_order() -> None:
    rows = [{"index": 1, "relevance_score": 0.5}, {"index": 0, "relevance_score": -1}]
    assert read_scores({"results": rows}, 2) == (-1.0, 0.5)
    with pytest.raises(ContenderFailed, match="not understood"):
        read_scores({"results": rows[:1]}, 2)
    with pytest.raises(ContenderFailed, match="not understood"):
        read_scores("busy", 1)
