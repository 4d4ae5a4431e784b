"""Accents that make another word, and those that shoppers leave out."""

import pytest

from sidecar.text.query.color import colors
from sidecar.text.query.material import materials


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("Mantel für Damen", set()),
        ("Mantel FÜR Damen", set()),
        ("fur coat", {"fur"}),
        ("casaco de lã", {"wool"}),
        ("casaco de lã virgem", {"wool"}),
        ("la casa de papel", set()),
        ("bolso de la abuela", set()),
        ("poliéster", {"polyester"}),
        ("sueter algodon", {"cotton"}),
    ],
)
def test_materials(query: str, wanted: set[str]) -> None:
    assert materials().read(query).wanted == wanted


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("grüne Jacke", {"green"}),
        ("grune Jacke", {"green"}),
        ("gruene Jacke", {"green"}),
        ("WEISSE BLUSE", {"white"}),
        ("zapatos marron", {"brown"}),
        ("zapatos marrón", {"brown"}),
        ("noël decoration", set()),
        ("camisetas de colores", set()),
        ("cre\u0300me \u00e9crue", {"beige"}),
    ],
)
def test_colours(query: str, wanted: set[str]) -> None:
    assert colors().read(query).wanted == wanted
