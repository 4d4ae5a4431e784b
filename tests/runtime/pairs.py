"""Pairs of plain texts, as a request without a profile gets them."""

from collections.abc import Sequence

from sidecar.pipeline.passage_pairs import Fit, Units, build
from sidecar.profile import PLAIN
from sidecar.runtime.tokenizer import Pair, PairTokenizer
from sidecar.search import Fields
from sidecar.text.compose import compose

ROOM = 512


def units(
    tokenizer: PairTokenizer, query: str, documents: Sequence[str | Fields], fit: Fit | None = None
) -> Units:
    fit = fit or Fit(score_empty=True)
    passages = [compose(each, PLAIN, ROOM, fit.cut or "right") for each in documents]
    return build(query, passages, tokenizer, fit)


def pairs(
    tokenizer: PairTokenizer, query: str, documents: Sequence[str | Fields], fit: Fit | None = None
) -> list[Pair]:
    return [unit.pair for unit in units(tokenizer, query, documents, fit).units]
