"""Pairs of plain texts, as a request without a profile gets them."""

from collections.abc import Sequence

from sidecar.pipeline.fit import Fit
from sidecar.pipeline.passage_pairs import PassagePairs, build_pairs
from sidecar.profile import PLAIN
from sidecar.runtime.session import ModelInput
from sidecar.runtime.tokenizer import PairTokenizer
from sidecar.search import Fields
from sidecar.text.compose import compose

ROOM = 512


def passage_pairs(
    tokenizer: PairTokenizer, query: str, documents: Sequence[str | Fields], fit: Fit | None = None
) -> PassagePairs:
    fit = fit or Fit(score_empty=True)
    passages = [compose(each, PLAIN, ROOM, fit.cut or "right") for each in documents]
    return build_pairs(query, passages, tokenizer, fit)


def pairs(
    tokenizer: PairTokenizer, query: str, documents: Sequence[str | Fields], fit: Fit | None = None
) -> list[ModelInput]:
    return [pair.input for pair in passage_pairs(tokenizer, query, documents, fit).pairs]
