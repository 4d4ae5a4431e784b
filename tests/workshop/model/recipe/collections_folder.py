"""Small made-up files of every collection that pools are drawn from."""

import itertools
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import zstandard

TOPICS = (
    "whales trains tea volcanoes poets chess rice telescopes deserts china bridges clocks"
).split()
HAN = "鲸鱼 铁路 茶叶 火山 诗人 象棋 水稻 望远镜".split()
QUESTIONED = ("squad_sent", "medquad", "os_docs", "dc_code", "tldr_legal")


def write_collections(data: Path, repeated: int = 1) -> Path:
    """Writes `train/NAME.jsonl.zst` of each; returns the folder. With `repeated` there are so many
    times as many texts."""
    for name in QUESTIONED:
        _write(data, name, _questions(name, repeated))
    for name in ("cmrc_zh", "drcd_zhtw"):
        _write(data, name, _articles(repeated))
    _write(data, "law_zh", _laws(repeated))
    numbered = enumerate(_questions("policyqa", repeated))
    _write(data, "policyqa", ({**row, "src": f"shop{place // 4}"} for place, row in numbered))
    _write(data, "fashion_products", _fashion(repeated))
    _write(data, "vespa_products", _products(repeated))
    return data


def _write(data: Path, name: str, rows: Iterable[dict[str, Any]]) -> None:
    (data / "train").mkdir(parents=True, exist_ok=True)
    lines = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    file = data / "train" / f"{name}.jsonl.zst"
    file.write_bytes(zstandard.ZstdCompressor().compress(lines.encode()))


def _questions(name: str, repeated: int) -> Iterable[dict[str, Any]]:
    for number, topic in itertools.product(range(5 * repeated), TOPICS):
        yield {
            "query": f"who gives lesson {number} of {name} about {topic}{number}?",
            "text": f"{name}: lessons about {topic}{number} are given by teacher {number}.",
        }


def _articles(repeated: int) -> Iterable[dict[str, Any]]:
    for topic, number in itertools.product(HAN, range(4 * repeated)):
        sentences = [f"{topic}{number}的第{i}句话讲述第{i}件事。" for i in range(8)]
        yield {
            "query": f"{topic}{number}的第3件事是什么？",
            "text": sentences[3],
            "others": [text for text in sentences if text != sentences[3]],
        }


def _laws(repeated: int) -> Iterable[dict[str, Any]]:
    for topic, number in itertools.product(HAN, range(6 * repeated)):
        text = f"从事{topic}经营的单位应当登记{number}次，未经批准不得出售{topic}。"
        yield {"query": f"{topic}法", "text": text}


def _fashion(repeated: int) -> Iterable[dict[str, Any]]:
    kinds, colours, people = (
        ("Watches", "Shirts", "Shoes"),
        ("Blue", "Red", "Black"),
        ("Men", "Women"),
    )
    for number, kind, colour, gender in itertools.product(
        range(4 * repeated), kinds, colours, people
    ):
        yield {
            "title": f"Maker{number} {colour} {kind}",
            "gender": gender,
            "articleType": kind,
            "baseColour": colour,
            "usage": ("Casual", "Sports")[number % 2],
            "season": "Summer",
        }


def _products(repeated: int) -> Iterable[dict[str, Any]]:
    for topic, number in itertools.product(TOPICS, range(5 * repeated)):
        yield {
            "title": f"Book {number} of all {topic} by Writer{number} with pictures",
            "category": "Books_New",
            "description": None if number == 1 else f"What there is to know about {topic}.",
        }
