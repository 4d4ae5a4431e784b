"""What is sent: the lengths that the titles promise, new in every round, whole for the model."""

import pytest

from sidecar.errors import StartupError
from sidecar.runtime.tokenizer import PairTokenizer
from sidecar.workshop.bench.compare.contender_specs import PEERS, chosen
from sidecar.workshop.bench.compare.workloads import LOGNORMAL, WORKLOADS, RoundSource
from sidecar.workshop.bench.workload import MAX_TOKENS, MIN_TOKENS, count_tokens


@pytest.fixture(scope="module")
def texts(tokenizer: PairTokenizer) -> RoundSource:
    return RoundSource(tokenizer)


@pytest.mark.parametrize("key", WORKLOADS)
def test_a_round_is_what_its_title_says(key: str, texts: RoundSource) -> None:
    workload = WORKLOADS[key].scaled(10)
    found = texts.round(workload, 0)
    assert len(found) == workload.requests
    assert {len(search.documents) for search in found} == {workload.documents}


def test_short_and_lognormal_lengths(texts: RoundSource, tokenizer: PairTokenizer) -> None:
    (short,) = texts.round(WORKLOADS["short"].scaled(5), 0)
    assert count_tokens(tokenizer, short.documents) == [64] * 5
    (mixed,) = texts.round(LOGNORMAL, 0)
    lengths = count_tokens(tokenizer, mixed.documents)
    assert MIN_TOKENS <= min(lengths) < 50
    assert 150 < max(lengths) <= MAX_TOKENS


def test_the_longest_fill_the_model_and_are_not_cut(
    texts: RoundSource, tokenizer: PairTokenizer
) -> None:
    (search,) = texts.round(WORKLOADS["long"].scaled(4), 0)
    room = tokenizer.query(search.query).room
    assert count_tokens(tokenizer, search.documents) == [room] * 4


def test_a_round_is_the_same_again_and_no_other_round_has_its_texts(texts: RoundSource) -> None:
    workload = LOGNORMAL.scaled(5)
    assert texts.round(workload, 3) == texts.round(workload, 3)
    first, second = (set(texts.round(workload, n)[0].documents) for n in (0, 1))
    assert not first & second


def test_heavy_workloads_take_fewer_rounds_but_never_none() -> None:
    assert [WORKLOADS[key].rounds(10) for key in ("lognormal", "clients")] == [10, 2]
    assert WORKLOADS["clients"].rounds(1) == 1


def test_titles_follow_the_number_of_documents() -> None:
    assert WORKLOADS["thousand"].title == "1,000 documents, lognormal"
    assert WORKLOADS["clients"].scaled(10).title == "32 clients x 10 documents, lognormal"
    assert WORKLOADS["single"].scaled(10).title == "single pairs, lognormal"


def test_ours_are_always_compared_and_unknown_names_are_refused() -> None:
    assert [kind.key for kind in chosen("bare")] == ["http", "in-process", "bare"]
    assert len(chosen(None)) == 2 + len(PEERS)
    with pytest.raises(StartupError, match=r"--peers torch: it must be of .*bare"):
        chosen("bare,torch")
