"""What the sidecar's answer must look like."""

import pytest

from es_integration import SidecarAnswerInvalid
from sidecar.workshop.demo.embedded import _ranking


@pytest.mark.parametrize("answer", ["no", {}, {"results": [{"index": 0, "relevance_score": 1}]}])
def test_an_answer_that_does_not_rank_each_document_is_refused(answer: object) -> None:
    with pytest.raises(SidecarAnswerInvalid):
        _ranking(answer, 2)
