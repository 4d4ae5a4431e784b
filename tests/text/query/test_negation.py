"""What a query does not want, in nine languages."""

import pytest

from sidecar.search import Constraint
from sidecar.text.query import extract
from sidecar.text.query.color import colors
from sidecar.text.query.extractor import Satisfaction
from sidecar.text.query.material import materials
from sidecar.text.query.naming import Naming
from sidecar.text.query.negation import excluded_runs


@pytest.mark.parametrize(
    ("name", "query", "wanted", "excluded"),
    [
        ("color", "dress, not red", "", "red"),
        ("color", "dress not black", "", "black"),
        ("color", "not in black", "", "black"),
        ("color", "phone case except red", "", "red"),
        ("color", "any color but red", "", "red"),
        ("color", "neither red nor blue", "", "red blue"),
        ("color", "dress -red", "", "red"),
        ("color", "red but not dark red", "red", "burgundy"),
        ("material", "nichts aus Leder", "", "leather"),
        ("material", "bolso no de madera", "", "wood"),
        ("material", "ni cuir ni daim", "", "leather suede"),
        ("color", "anything but pink or purple", "", "pink purple"),
        ("color", "socks other than white", "", "white"),
        ("color", "not red but blue dress", "blue", "red"),
        ("color", "blue dress, no red", "blue", "red"),
        ("color", "sneakers black not white", "black", "white"),
        ("color", "non-black laptop bag", "", "black"),
        ("color", "anything but navy", "", "navy"),
        ("color", "nicht rot, sondern blau", "blue", "red"),
        ("color", "Kleid nicht schwarz", "", "black"),
        ("color", "T-Shirt außer rot", "", "red"),
        ("color", "Schuhe in allen Farben außer weiß", "", "white"),
        ("color", "robe sauf rouge", "", "red"),
        ("color", "chaussures pas noires", "", "black"),
        ("color", "tout sauf du bleu marine", "", "navy"),
        ("color", "vestido excepto rojo", "", "red"),
        ("color", "zapatos que no sean negros", "", "black"),
        ("color", "vestito tranne rosso", "", "red"),
        ("color", "scarpe non nere", "", "black"),
        ("color", "jurk niet zwart", "", "black"),
        ("color", "hoesje behalve rood", "", "red"),
        ("color", "vestido exceto vermelho", "", "red"),
        ("color", "camisa não preta", "", "black"),
        ("color", "手机壳不要红色", "", "red"),
        ("color", "除了红色以外的手机壳", "", "red"),
        ("color", "非黑色鞋子", "", "black"),
        ("color", "不要红色和黑色的连衣裙", "", "red black"),
        ("color", "手機殼 不要紅色", "", "red"),
        ("color", "赤以外のワンピース", "", "red"),
        ("color", "ブラック以外 スマホケース", "", "black"),
        ("material", "boots without leather", "", "leather"),
        ("material", "blanket, avoid polyester", "", "polyester"),
        ("material", "socks avoiding nylon and wool", "", "nylon wool"),
        ("material", "Pullover, Wolle vermeiden", "", "wool"),
        ("material", "pull éviter la laine", "", "wool"),
        ("material", "evitar poliéster", "", "polyester"),
        ("color", "裙子 避免红色", "", "red"),
        ("material", "handbag no leather", "", "leather"),
        ("material", "sweater, no wool or silk", "", "wool silk"),
        ("material", "non-leather belt", "", "leather"),
        ("material", "leather-free shoes", "", "leather"),
        ("material", "jacket not leather, suede or fur", "", "leather suede fur"),
        ("material", "jacket not fur, leather or suede", "", "leather suede fur"),
        ("material", "no wool, silk", "", "wool silk"),
        ("material", "no leather, fur and suede", "", "leather suede fur"),
        ("material", "leather, not suede", "leather", "suede"),
        ("material", "without real leather", "", "leather"),
        ("material", "not made of plastic", "", "plastic"),
        ("material", "Jacke ohne Leder", "", "leather"),
        ("material", "Schuhe aus keinem Leder", "", "leather"),
        ("material", "keine Wolle oder Seide", "", "wool silk"),
        ("material", "Tasche lederfrei", "", ""),
        ("material", "sac sans cuir", "", "leather"),
        ("material", "chaussures pas de cuir", "", "leather"),
        ("material", "bolso sin cuero", "", "leather"),
        ("material", "borsa senza pelle", "", "leather"),
        ("material", "tas zonder leer", "", "leather"),
        ("material", "tas geen leer", "", "leather"),
        ("material", "bolsa sem couro", "", "leather"),
        ("material", "非皮革 手提包", "", "leather"),
        ("material", "手提包 不含塑料", "", "plastic"),
        ("material", "革なし バッグ", "", "leather"),
        ("material", "レザー不使用 バッグ", "", "leather"),
        ("jurisdiction", "contracts not governed by new york law", "", "new york"),
        ("jurisdiction", "landlord law other than California", "", "california"),
    ],
)
def test_what_is_excluded(name: str, query: str, wanted: str, excluded: str) -> None:
    constraint = extract(query, [name], []).get(name, Constraint(name))
    assert constraint.values == _names(wanted)
    assert constraint.excluded == _names(excluded)


def _names(text: str) -> frozenset[str]:
    return frozenset([text] if text == "new york" else text.split())


@pytest.mark.parametrize(
    ("name", "query", "wanted"),
    [
        ("color", "dress without hood, red", "red"),
        ("color", "nothing but red", "red"),
        ("color", "no-show socks black", "black"),
        ("color", "non-stick pan red", "red"),
        ("color", "perfume no. 5 black", "black"),
        ("color", "why not black", "black"),
        ("color", "poster without frame black", "black"),
        ("color", "comic sans red poster", "red"),
        ("color", "无线黑色鼠标", "black"),
        ("color", "sin city black poster", "black"),
        ("color", "shoes not nike black", "black"),
        ("color", "red, blue or green shirt", "red blue green"),
        ("material", "leather free shipping", "leather"),
        ("material", "non-slip steel pan", "steel"),
    ],
)
def test_a_negation_reaches_no_further_than_its_words(name: str, query: str, wanted: str) -> None:
    assert extract(query, [name], [])[name] == Constraint(name, frozenset(wanted.split()))


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("color", "not only red"),
        ("color", "nicht nur rot"),
        ("color", "pas seulement rouge"),
        ("color", "不只红色"),
        ("material", "not without leather"),
        ("material", "not leather-free"),
        ("material", "not non-leather"),
        ("color", "red but not red"),
    ],
)
def test_nothing_is_read_where_both_are_open(name: str, query: str) -> None:
    assert extract(query, [name], []) == {}


@pytest.mark.parametrize(
    ("query", "brand", "wanted", "excluded"),
    [
        ("running shoes not nike", "Nike", False, True),
        ("running shoes not nike", "NIKE", False, True),
        ("nike running shoes not adidas", "Nike", True, False),
        ("nike running shoes not adidas", "Adidas", False, True),
        ("jacket not the north face", "North Face", False, True),
        ("jacket no patagonia or arcteryx", "Arc'teryx", False, True),
        ("drill other than black & decker", "Black & Decker", False, True),
        ("Laufschuhe außer Nike", "Nike", False, True),
        ("sneakers excluding nike and adidas", "Adidas", False, True),
        ("shoes without laces and nike logo", "Nike", True, False),
        ("zapatillas menos nike", "Nike", False, True),
        ("zapatillas nike menos de 50", "Nike", True, False),
        ("shoes -nike", "Nike", False, True),
        ("shoes - nike", "Nike", True, False),
        ("non-nike shoes", "Nike", False, True),
        ("chaussures sauf nike", "Nike", False, True),
        ("zapatillas que no sean nike", "Nike", False, True),
        ("ナイキ以外 スニーカー", "ナイキ", False, True),
        ("不要耐克 跑鞋", "耐克", False, True),
        ("not only nike", "Nike", False, False),
        ("no fear shirt", "No Fear", True, False),
        ("not your mothers shampoo", "Not Your Mother's", True, False),
        ("boots without laces nike", "Nike", True, False),
    ],
)
def test_a_brand_is_named_or_excluded(query: str, brand: str, wanted: bool, excluded: bool) -> None:
    naming = Naming.of(query)
    assert (naming.wants(brand), naming.excludes(brand)) == (wanted, excluded)


def test_what_is_excluded_is_a_run_that_begins_after_the_negation() -> None:
    clear, unclear = excluded_runs("shoes not nike air", 3)
    assert clear == {"nike", "nikeair"}
    assert not unclear


@pytest.mark.parametrize(
    ("query", "value", "verdict"),
    [
        ("not red", "Red", -1),
        ("not red", "Blue", 1),
        ("not red", "Burgundy", -1),
        ("not red", "Red/Blue", -1),
        ("not navy", "Blue", 0),
        ("not navy", "Dark blue", -1),
        ("not navy", "Green", 1),
        ("not red", "Sunset", 0),
        ("not red", "", 0),
        ("blue not red", "Blue", 1),
        ("blue not red", "Blue and red", -1),
        ("blue not navy", "Navy", -1),
        ("navy not blue", "Navy", 1),
        ("blue not red", "Green", -1),
    ],
)
def test_a_colour_against_an_exclusion(query: str, value: str, verdict: int) -> None:
    reading = colors().read(query)
    assert colors().check(reading.wanted, value, reading.excluded) == Satisfaction(verdict)


@pytest.mark.parametrize(
    ("query", "value", "verdict"),
    [
        ("without leather", "Leather", -1),
        ("without leather", "Faux leather", 1),
        ("without leather", "no leather", 1),
        ("without leather", "Ohne Leder", 1),
        ("without leather", "Suede", -1),
        ("without leather", "Cotton canvas", 1),
        ("leather bag", "non-leather", -1),
        ("leather bag", "leather, no plastic", 1),
    ],
)
def test_a_value_may_deny_a_material(query: str, value: str, verdict: int) -> None:
    reading = materials().read(query)
    assert materials().check(reading.wanted, value, reading.excluded) == Satisfaction(verdict)
