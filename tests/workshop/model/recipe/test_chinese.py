"""Groups of Chinese articles and statutes, from files as those of the data folder."""

import json
import random
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch", reason="building models needs the extra `build`")
zstandard = pytest.importorskip("zstandard")

from sidecar.workshop.model.bm25 import bm25_words  # noqa: E402
from sidecar.workshop.model.recipe.chinese import article_groups, law_groups  # noqa: E402
from sidecar.workshop.model.training.group import Group  # noqa: E402

TOPICS = "鲸鱼 铁路 茶叶 火山 诗人 象棋 水稻 望远镜 沙漠 瓷器".split()


def write(data: Path, name: str, rows: list[dict[str, Any]]) -> None:
    (data / "train").mkdir(parents=True, exist_ok=True)
    lines = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    file = data / "train" / f"{name}.jsonl.zst"
    file.write_bytes(zstandard.ZstdCompressor().compress(lines.encode()))


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    """40 articles of eight sentences, each with two questions."""
    rows = []
    for topic in TOPICS:
        for number in range(4):
            sentences = [f"{topic}{number}的第{i}句话讲述第{i}件事。" for i in range(8)]
            for i in (2, 5):
                others = [sentence for sentence in sentences if sentence != sentences[i]]
                query = f"{topic}{number}的第{i}件事是什么？"
                rows.append({"query": query, "text": sentences[i], "others": others})
    write(tmp_path, "cmrc_zh", rows)
    return tmp_path


def article_of(group: Group) -> str:
    return group.query.partition("的")[0]


def test_the_answer_is_first_among_its_article_and_one_text_of_another(articles: Path) -> None:
    groups = article_groups(articles, "cmrc_zh", 60, True, random.Random(1))
    assert len(groups) > 50
    for group in groups:
        answer = f"第{group.query.partition('的第')[2][0]}句话"
        assert answer in group.documents[0]
        assert not any(answer in document for document in group.documents[1:5])
        assert all(article_of(group) in document for document in group.documents[:5])
    lengths = {group.documents[0].count("。") for group in groups}
    assert 1 in lengths, "single sentences"
    assert max(lengths) > 1, "passages"


def test_articles_are_held_out_whole(articles: Path) -> None:
    trained, held = (
        {article_of(g) for g in article_groups(articles, "cmrc_zh", 999, train, random.Random(1))}
        for train in (True, False)
    )
    assert trained
    assert held
    assert not trained & held


def test_equal_seeds_give_equal_groups(articles: Path) -> None:
    first, second = (
        article_groups(articles, "cmrc_zh", 30, True, random.Random("7")) for _ in range(2)
    )
    assert first == second


def test_a_law_is_found_by_its_title_and_by_a_clause(tmp_path: Path) -> None:
    rows = [
        {
            "query": f"中华人民共和国{topic}法 第二章 {topic}保护",
            "text": f"从事{topic}经营的单位应当登记{i}次，未经批准不得出售{topic}，"
            f"违反前款规定的由主管部门处罚{i}倍的款项。",
            "article": f"第{i}条",
        }
        for topic in TOPICS
        for i in range(9)
    ]
    write(tmp_path, "law_zh", rows)
    groups = law_groups(tmp_path, 60, True, random.Random(1))
    assert len(groups) == 60
    titles = [group for group in groups if group.query.endswith("保护")]
    clauses = [group for group in groups if group not in titles]
    assert titles
    assert clauses
    whole = {row["text"] for row in rows}
    for group in titles:
        law = group.query.partition("法 ")[0]
        assert "中华人民共和国" not in group.query
        assert law in group.documents[0]
        assert not any(law in document for document in group.documents[1:])
    for group in clauses:
        assert group.query not in group.documents[0], "the clause is taken out of its article"
        assert not any(group.query in document for document in group.documents[1:])
        assert set(group.documents[1:]) <= whole


def test_words_of_bm25_are_chinese_characters_and_pairs_of_neighbours() -> None:
    assert bm25_words("茶叶ABC 12") == ["茶", "叶", "茶叶", "abc", "12"]
    assert bm25_words("Plain words, in English.") == ["plain", "words", "in", "english"]
