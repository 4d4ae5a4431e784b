"""No text of an unseen pool is one that the training's groups of any part hold.

The made files are as the real ones: several questions share an article, segments share a site,
products of one title differ otherwise, and some texts stand in two documents. Each text bears a
mark, as groups show it in other forms: fields in another order, sentences joined, a clause taken
out.
"""

import json
import random
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch", reason="building models needs the extra `build`")
pytest.importorskip("zstandard")

import zstandard

from sidecar.workshop.model.recipe import collections, mixture, pools
from sidecar.workshop.model.recipe.crosslingual import words
from sidecar.workshop.model.training.group import Group
from sidecar.workshop.model.training.teacher import BiEncoder, Teacher

DOCUMENTS = 160
MARK = re.compile(r"mark\d+")
EVERYTHING = 100_000
"""More groups than there are."""
SUBJECTS = (
    "whales trains tea volcanoes poets chess rice telescopes deserts bridges clocks rivers"
).split()


class Encoder(BiEncoder):
    """Vectors by chance, the same for the same text."""

    def __init__(self) -> None:
        pass

    def vectors(self, texts: list[str]) -> Any:
        return np.stack([np.random.default_rng(list(t.encode())).normal(size=4) for t in texts])


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    (folder / "train").mkdir()
    for name, make in FILES.items():
        lines = "\n".join(json.dumps(row, ensure_ascii=False) for row in make(name))
        packed = zstandard.ZstdCompressor().compress(lines.encode())
        (folder / "train" / f"{name}.jsonl.zst").write_bytes(packed)
    return folder


@pytest.fixture(scope="module")
def seen(data: Path) -> dict[str, set[str]]:
    """The marks of all that the parts of the largest mixture show, by its source."""
    marks: dict[str, set[str]] = {}
    for part in mixture.MIXTURES["multilingual"].drawn:
        for group in groups_of(part, data):
            shown = " ".join([group.query, *group.documents]).casefold()
            marks.setdefault(group.source, set()).update(MARK.findall(shown))
    return marks


def groups_of(part: str, data: Path) -> list[Group]:
    teacher = Teacher(Encoder(), 1.0)
    rng = random.Random(part)
    count = 300 if part == "phrases" else EVERYTHING
    groups = mixture._groups_of(part, data, count, teacher, True, rng)
    assert groups, part
    return groups


def unseen(data: Path) -> dict[str, set[str]]:
    marks: dict[str, set[str]] = {}
    for group in pools.pools(data, 50, 7, unseen=True):
        found = {mark for text in group.documents for mark in MARK.findall(text.casefold())}
        marks.setdefault(group.source, set()).update(found)
    return marks


def test_no_text_of_an_unseen_pool_was_shown(data: Path, seen: dict[str, set[str]]) -> None:
    shown = set().union(*seen.values())
    for source, marks in unseen(data).items():
        assert marks, source
        assert not marks & shown, source


@pytest.mark.parametrize("name", pools.MAKERS)
def test_another_cut_would_be_found(
    data: Path, seen: dict[str, set[str]], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """So the test above can fail, for each collection."""

    document = collections._DOCUMENTS.get(name, collections._text)

    def cut(row: Any) -> str:
        return f"another {document(row)}"

    monkeypatch.setattr(collections, "_DOCUMENTS", {**collections._DOCUMENTS, name: cut})
    assert unseen(data)[name] & set().union(*seen.values())


def test_the_training_shows_what_is_not_held_out(seen: dict[str, set[str]]) -> None:
    """Or an empty group would prove anything."""
    parts = {"fashion_products", "phrases", "product_match", "cuad_train", *pools.MAKERS}
    assert set(seen) == parts - {"vespa_products"}
    for source, marks in seen.items():
        assert len(marks) > DOCUMENTS / 4, source


def _questions(name: str) -> Iterator[dict[str, Any]]:
    """Answers to two questions about each topic; of medquad to its forms of them."""
    forms = list(words("question")["de"])[:2] if name == "medquad" else ["who is {}", "where is {}"]
    for number, mark in _marks(name, 2 * DOCUMENTS):
        topic = f"topic {number // 2} of {name}"
        yield {"query": forms[number % 2].format(topic), "text": f"about {topic}: it is {mark}"}


def _articles(name: str) -> Iterator[dict[str, Any]]:
    """Three questions to each; every tenth article has a sentence of the one before it."""
    before: list[str] = []
    for number in range(DOCUMENTS):
        sentences = [f"{number}章{mark}句。" for _, mark in _marks(f"{name}{number}", 9)]
        if number % 10 == 0:
            sentences[8:] = before[7:8]
        for text in sentences[:3]:
            others = [other for other in sentences if other != text]
            yield {"query": f"{text}是什么？", "text": text, "others": others}
        before = sentences


def _laws(name: str) -> Iterator[dict[str, Any]]:
    for number, mark in _marks(name, DOCUMENTS):
        clauses = [f"从事{mark}经营的第{i}单位应当登记" for i in range(3)]
        yield {"query": f"第{number}法", "text": "，".join(clauses) + "。"}


def _sites(name: str) -> Iterator[dict[str, Any]]:
    for number, mark in _marks(name, 4 * DOCUMENTS):
        yield {
            "query": f"what do they do with {number % 7}?",
            "text": f"they do {mark} with it.",
            "src": f"site{number // 8}.com",
        }


def _fashion(name: str) -> Iterator[dict[str, Any]]:
    """Two records of each title, of every tenth title one in capitals."""
    for number, mark in _marks(name, DOCUMENTS):
        for again in range(2):
            title = f"Maker {mark}"
            yield {
                "title": title.upper() if again and number % 10 == 0 else title,
                "gender": ("Men", "Women")[again],
                "articleType": ("Watches", "Backpacks", "Shirts")[number % 3],
                "baseColour": ("Blue", "Red", "Black")[number // 2 % 3],
                "usage": "Casual",
                "season": "Summer",
            }


def _products(name: str) -> Iterator[dict[str, Any]]:
    for number, mark in _marks(name, 2 * DOCUMENTS):
        for edition in range(1 + number % 2):
            title = f"Book of {SUBJECTS[number % len(SUBJECTS)]} {mark}"
            yield {"title": title, "category": "Books", "description": f"Edition {edition}"}


def _offers(name: str) -> Iterator[dict[str, Any]]:
    for number, mark in _marks(name, 6 * DOCUMENTS):
        query = f"title: camera of make {number // 6}; brand: make"
        yield {"query": query, "text": f"title: camera {mark}", "label": int(number % 6 == 0)}


def _contracts(name: str) -> Iterator[dict[str, Any]]:
    clauses = list(words("clause")["de"])[:2]
    for number, mark in _marks(name, 12 * 24):
        category = clauses[number // 6 % 2]
        text = f"{category} is {mark}"
        row = {"query": f"what of {category}?", "category": category, "text": text}
        yield {**row, "label": int(number % 6 < 2)}


def _marks(name: str, count: int) -> Iterator[tuple[int, str]]:
    """Numbers, with marks of this name alone."""
    start = 1_000_000 + random.Random(name).randrange(10**9) * 1000
    return ((number, f"mark{start + number}") for number in range(count))


FILES: dict[str, Callable[[str], Iterable[dict[str, Any]]]] = {
    **dict.fromkeys(sorted(pools.QUESTIONED), _questions),
    "cmrc_zh": _articles,
    "drcd_zhtw": _articles,
    "law_zh": _laws,
    "policyqa": _sites,
    "fashion_products": _fashion,
    "vespa_products": _products,
    "product_match": _offers,
    "cuad_train": _contracts,
}
