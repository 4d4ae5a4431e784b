"""Groups whose query is made of translated words."""

import random
from collections import Counter
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="building models needs the extra `build`")
pytest.importorskip("zstandard")

from sidecar.workshop.model.recipe.crosslingual import (
    TOPIC,
    WORDS,
    clause_groups,
    health_groups,
    product_groups,
    words,
)
from tests.workshop.model.recipe.test_chinese import write

LANGUAGES = set("zh de fr es it pt nl pl ru ja ko ar tr vi hi".split())


def test_every_word_has_a_translation_in_every_language() -> None:
    header, *rows = (line.split("\t") for line in WORDS.read_text(encoding="utf8").splitlines())
    assert header[:2] == ["kind", "en"]
    assert set(header[2:]) == LANGUAGES
    for row in rows:
        assert len(row) == len(header), row[:2]
        assert all(cell and cell == cell.strip() for cell in row), row[:2]
    assert max(Counter((row[0], row[1]) for row in rows).values()) == 1
    for translations in words("question").values():
        assert all(text.count(TOPIC) == 1 for text in translations.values())


def test_a_products_search_states_what_its_first_document_has(tmp_path: Path) -> None:
    colours, types, people = ("Black", "Red", "Beige"), ("Wallets", "Socks", "Kurtas"), ("Men",)
    rows = [
        {
            "title": f"Brand{i} {person} {colour} {kind} {i}",
            "gender": person,
            "articleType": kind,
            "baseColour": colour,
            "season": "Summer",
            "usage": "Casual",
        }
        for i in range(16)
        for colour in colours
        for kind in types
        for person in people
    ]
    write(tmp_path, "fashion_products", rows)
    groups = product_groups(tmp_path, 25, True, random.Random(1))
    assert len(groups) == 25
    kinds = {
        translation: english
        for language in LANGUAGES
        for english, translation in words("type")[language].items()
        if english in types
    }
    for group in groups:
        named = {english for text, english in kinds.items() if text in group.query}
        assert named, group.query
        assert any(english in group.documents[0] for english in named)
    assert not any("Kurtas" in group.documents[0] for group in groups), "it has no translation"


def test_a_health_question_keeps_the_diseases_name(tmp_path: Path) -> None:
    diseases = [f"Morbus{letter}" for letter in "ABCDEFGHIJKL"]
    rows = [
        {"query": question.format(disease) + " ?", "text": f"{disease}: {answer}"}
        for disease in diseases
        for question, answer in (
            ("What are the symptoms of {}", "fever and headache"),
            ("What causes {}", "a bacterium"),
            ("How to prevent {}", "wash your hands"),
            ("Do you have information about {}", "a form that has no translation"),
        )
    ]
    write(tmp_path, "medquad", rows)
    groups = health_groups(tmp_path, 20, True, random.Random(1))
    assert len(groups) == 20
    for group in groups:
        disease, _, answer = group.documents[0].partition(": ")
        assert disease in group.query
        assert answer != "a form that has no translation"
        assert group.query != f"What causes {disease} ?"
        others = [document for document in group.documents[1:] if document.startswith(disease)]
        assert others
        assert all(not document.endswith(answer) for document in others)


def test_a_clause_is_searched_by_its_translated_name(tmp_path: Path) -> None:
    rows = [
        {
            "query": question,
            "category": category,
            "text": f"contract {contract} {kind} of {category}, part {part}",
            "label": label,
        }
        for contract in range(12)
        for question, category in (
            ("Which law governs it?", "Governing Law"),
            ("What may be inspected?", "Audit Rights"),
            ("Is something else said?", "A Name Without A Translation"),
        )
        for label, kind in ((1, "passage"), (0, "other text"))
        for part in range(3)
    ]
    write(tmp_path, "cuad_train", rows)
    groups = clause_groups(tmp_path, 20, True, random.Random(1))
    assert len(groups) == 20
    names = {
        words("clause")[language][category]: category
        for language in LANGUAGES
        for category in ("Governing Law", "Audit Rights")
    }
    for group in groups:
        assert f"passage of {names[group.query]}" in group.documents[0]
        assert not any(
            f"passage of {names[group.query]}" in document for document in group.documents[1:]
        )
