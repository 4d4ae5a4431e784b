"""A text that the model cannot read is told from one that it can, by its tokens alone."""

import pytest

from sidecar.contracts.extras import warnings
from sidecar.pipeline.fit import Fit
from sidecar.pipeline.legibility import Legibility
from sidecar.pipeline.passage_pairs import build_pairs
from sidecar.request import RankResult
from sidecar.runtime.tokenizer import PairTokenizer
from sidecar.text.compose import Passage, Segment


def english(tokenizer: PairTokenizer) -> Legibility:
    return Legibility.of(tokenizer.unknown_id, ("en",))


def unread(tokenizer: PairTokenizer, *texts: str) -> bool:
    return english(tokenizer).unread(texts, tokenizer.encode(texts))


@pytest.mark.parametrize(
    "text",
    [
        "кроссовки для бега мужские",
        "运动鞋 红色 男士",
        "第十二条 合同自成立时生效。",
        "ランニングシューズ 赤",
        "운동화 빨간색",
        "أحذية رياضية",
        "παπούτσια για τρέξιμο",
        "кроссовки Nike Air Max 42",
    ],
)
def test_what_an_english_model_cannot_read(tokenizer: PairTokenizer, text: str) -> None:
    assert unread(tokenizer, text)
    assert unread(tokenizer, "title: ", text), "labels do not hide it"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "running shoes",
        "WH-1000XM4 16gb 5.0 4.2 0x9f3a77c1",
        "Schuhe für Männer in größe 42, weiß",
        "chaussures légères à crampons, été",
        "great shoes 👍👍",
        "§ 433 BGB – “naïve” café",
        "4.2 × 5.1 ° 7.7 ™ 3.3 µ",
        "Beyoncé’s 2–3 «best» songs…",
    ],
)
def test_what_it_can_read(tokenizer: PairTokenizer, text: str) -> None:
    assert not unread(tokenizer, text)


def test_a_characters_token_is_a_word_in_a_model_that_reads_chinese() -> None:
    text, ids = "运动鞋红色男士", [list(range(7))]
    assert not Legibility.of(100, ("en", "zh-Hans")).unread([text], ids)
    assert not Legibility.of(None, ("mul",)).unread([text], ids)
    assert Legibility.of(100, ("en",)).unread([text], ids)
    assert Legibility.of(100, ("zh",)).unread([text], [[100] * 7]), "unknown is unknown"
    assert Legibility.of(100, ("zh",)).unread(["привет"], [list(range(6))])


@pytest.mark.parametrize(
    ("language", "text"),
    [("ru", "пылесос"), ("ar", "غسالة"), ("hi", "फ्रिज"), ("ko", "냉장고"), ("el-GR", "μήλο")],
)
def test_a_short_word_of_a_language_that_the_model_reads(language: str, text: str) -> None:
    """It may take a token for every other character there."""
    ids = [list(range(len(text)))]
    assert not Legibility.of(None, ("en", language)).unread([text], ids)
    assert Legibility.of(None, ("en",)).unread([text], ids)
    assert Legibility.of(None, ("en", "th")).unread([text], ids), "another script"
    assert Legibility.of(0, (language,)).unread([text], [[0] * len(text)]), "unknown is unknown"


def test_the_units_say_which_texts_they_are(tokenizer: PairTokenizer) -> None:
    texts = ["red shoes", "красные кроссовки", "", "红色运动鞋"]
    passages = [Passage((Segment("", text),)) for text in texts]
    pairs = build_pairs(
        "красные кроссовки", passages, tokenizer, Fit(), legibility=english(tokenizer)
    )
    assert (pairs.unread, pairs.query_unread) == ((1, 3), True)
    assert not build_pairs(
        "red shoes", passages[:1], tokenizer, Fit(), legibility=english(tokenizer)
    ).query_unread


@pytest.mark.parametrize(
    ("documents", "query", "where"),
    [
        ((), True, "the query"),
        ((4,), False, "1 document"),
        ((0, 2, 5), True, "the query and 3 documents"),
    ],
)
def test_one_warning_names_them(documents: tuple[int, ...], query: bool, where: str) -> None:
    result = RankResult((), "m", 0, unread=documents, query_unread=query, warnings=("more",))
    told = f"the model knows few of the words of {where}; scores say little there"
    assert warnings(result) == [told, "more"]
