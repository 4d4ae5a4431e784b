"""QAnything's rerank server: `passages` in, a bare array of scores in the same order out.

Source of the contract: dependent_server/rerank_server of netease-youdao/QAnything.
"""

from sidecar.contracts.body import Body, DocumentList
from sidecar.contracts.dialect import DOCUMENTS, QUERY, Dialect
from sidecar.contracts.numbers import dumps
from sidecar.contracts.results import score_of
from sidecar.request import RankRequest, RankResult


class QAnythingBody(Body):
    passages: DocumentList
    raw_scores: bool | None = None
    """Ours: logits instead of scores in [0, 1]."""

    def to_request(self) -> RankRequest:
        return self.request(
            self.query.text, self.passages, order="input", raw_scores=bool(self.raw_scores)
        )


def encode(request: RankRequest, result: RankResult, request_id: str) -> bytes:
    """`[score, ...]`, one per passage; the array has no room for warnings."""
    return dumps([score_of(request, item) for item in result.ranked])


QANYTHING = Dialect(
    name="qanything",
    title="QAnything",
    paths=("/rerank",),
    templates={"passages": {"query": QUERY, "passages": DOCUMENTS}},
    example={
        "query": "how long is the probation period",
        "passages": ["The probation period is three months.", "Lunch is served at noon."],
    },
    body=QAnythingBody,
    response={"type": "array", "items": {"type": "number"}},
    encode=encode,
    complete=True,
)
