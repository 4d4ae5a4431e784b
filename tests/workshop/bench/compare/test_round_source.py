"""Rounds: the lengths that the titles promise, new texts in every round, no text cut by a model."""

import pytest

from sidecar.runtime.tokenizer import PairTokenizer
from sidecar.workshop.bench.compare.round_source import RoundSource
from sidecar.workshop.bench.compare.workloads import LOGNORMAL, WORKLOADS
from sidecar.workshop.bench.workload import MAX_TOKENS, MIN_TOKENS, count_tokens


@pytest.fixture(scope="module")
def source(tokenizer: PairTokenizer) -> RoundSource:
    return RoundSource(tokenizer)


@pytest.mark.parametrize("key", WORKLOADS)
def test_a_round_is_what_its_title_says(key: str, source: RoundSource) -> None:
    workload = WORKLOADS[key].scaled(10)
    requests = source.round(workload, 0)
    assert len(requests) == workload.requests
    assert {len(request.documents) for request in requests} == {workload.documents}


def test_short_and_lognormal_lengths(source: RoundSource, tokenizer: PairTokenizer) -> None:
    (short,) = source.round(WORKLOADS["short"].scaled(5), 0)
    assert count_tokens(tokenizer, short.documents) == [64] * 5
    (mixed,) = source.round(LOGNORMAL, 0)
    lengths = count_tokens(tokenizer, mixed.documents)
    assert MIN_TOKENS <= min(lengths) < 50
    assert 150 < max(lengths) <= MAX_TOKENS


def test_the_longest_documents_fill_the_model_and_are_not_cut(
    source: RoundSource, tokenizer: PairTokenizer
) -> None:
    (request,) = source.round(WORKLOADS["long"].scaled(4), 0)
    room = tokenizer.query(request.query).room
    assert count_tokens(tokenizer, request.documents) == [room] * 4


def test_a_round_can_be_repeated_and_no_other_round_has_its_texts(source: RoundSource) -> None:
    workload = LOGNORMAL.scaled(5)
    assert source.round(workload, 3) == source.round(workload, 3)
    first, second = (set(source.round(workload, n)[0].documents) for n in (0, 1))
    assert not first & second
