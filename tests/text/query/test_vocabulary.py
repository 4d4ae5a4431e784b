"""Colours and materials in the words of shoppers and shops."""

import pytest

from sidecar.text.query.color import colors
from sidecar.text.query.extractor import SATISFIED, VIOLATED
from sidecar.text.query.material import materials
from sidecar.text.query.misspelling import misspellings
from sidecar.text.query.vocabulary import Vocabulary


@pytest.mark.parametrize(
    ("query", "wanted"),  # commas part the names
    [
        ("schwarze Schuhe", "black"),
        ("rotes Kleid", "red"),
        ("Kleid rot Damen", "red"),
        ("graue Hose", "grey"),
        ("dunkelblaue Jacke", "navy"),
        ("hellgraues Sofa", "light grey"),
        ("weißes Hemd", "white"),
        ("anthrazitfarbener Teppich", "charcoal"),
        ("robe noire", "black"),
        ("chaussures noires", "black"),
        ("robe bleu marine", "navy"),
        ("bague en or", "gold"),
        ("robe rose", "pink"),
        ("zapatos negros", "black"),
        ("vestido rojo", "red"),
        ("camisa azul marino", "navy"),
        ("vestito rosso", "red"),
        ("scarpe bianche", "white"),
        ("giacca blu scuro", "navy"),
        ("zwarte jurk", "black"),
        ("donkerblauwe jas", "navy"),
        ("vestido preto", "black"),
        ("tênis vermelhos", "red"),
        ("黑色 手机壳", "black"),
        ("黑色手机壳", "black"),
        ("红色连衣裙", "red"),
        ("紅色連衣裙", "red"),
        ("深蓝色外套", "navy"),
        ("黒 ワイヤレスマウス", "black"),
        ("黒マスク", "black"),
        ("赤い靴", "red"),
        ("ネイビーのジャケット", "navy"),
        ("space gray laptop sleeve", "charcoal"),
        ("dark green dress", "dark green"),
        ("off-white curtains", "off white"),
        ("rose gold watch", "rose gold"),
        ("midnight blue dress", "navy"),
        ("blak dress", "black"),
        ("yelow raincoat", "yellow"),
        ("purpel shoes", "purple"),
        ("brown leather bag", "brown"),
        ("white t-shirt, black jeans", "white, black"),
        ("ivory lampshade", "ivory"),
        ("rideau ivoire", "ivory"),
        ("Brautkleid elfenbein", "ivory"),
        ("felpa verde", "green"),
        ("sudadera verde", "green"),
        ("gravata verde", "green"),
        ("blavk dress", "black"),
        ("yelliw raincoat", "yellow"),
        ("red hot water bottle", "red"),
        ("red velvet dress", "red"),
        ("orange tea towel", "orange"),
    ],
)
def test_colours_of_queries(query: str, wanted: str) -> None:
    assert colors().read(query).wanted == set(wanted.split(", "))
    assert not colors().read(query).excluded


@pytest.mark.parametrize(
    "query",
    [
        "red wine glass",
        "black friday deals",
        "orange juice squeezer",
        "Schwarzwald Kuckucksuhr",
        "verre à vin rouge",
        "bicchieri vino rosso",
        "copas de vino tinto",
        "ring or necklace",
        "root rot treatment",
        "rote learning",
        "marine battery",
        "rose bush",
        "the wit and wisdom",
        "Braun Rasierer Series 9",
        "viola strings",
        "slack app",
        "block heels",
        "greek yogurt",
        "sliver of soap",
        "bleach blond wig",
        "blake lively",
        "红酒杯",
        "黑板",
        "赤ちゃん おもちゃ",
        "赤ワイン グラス",
        "目黒 ホテル",
        "ice cream maker",
        "olive oil",
        "navy seal watch",
        "charcoal grill",
        "red hot chilli pipers dvd",
        "black eyed peas cd",
        "king crimson vinyl",
        "fifty shades of gray",
        "blu ray player",
        "plum chutney",
        "orange marmalade",
        "mint syrup",
        "peach schnapps",
        "red snapper fillet",
        "costa verde travel guide",
        "白色情人节 礼物",
        "白い恋人 24枚",
    ],
)
def test_words_that_are_no_colours(query: str) -> None:
    assert not colors().read(query).wanted


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("Marine", "navy"),
        ("Anthrazit", "charcoal"),
        ("Graphite", "charcoal"),
        ("Space Gray", "charcoal"),
        ("Taupe", "taupe"),
        ("Cognac", "tan"),
        ("Nude", "beige"),
        ("Midnight", "navy"),
        ("Or", "gold"),
        ("Rot", "red"),
        ("Weiß", "white"),
        ("Rouge", "red"),
        ("Nero", "black"),
        ("ホワイト", "white"),
        ("ブラック", "black"),
        ("黒", "black"),
        ("红色", "red"),
    ],
)
def test_colours_of_fields(value: str, name: str) -> None:
    assert colors().find(value) == {name}


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("Handtasche aus Leder", "leather"),
        ("sac en cuir", "leather"),
        ("bolso de cuero", "leather"),
        ("borsa in pelle", "leather"),
        ("tas leer dames", "leather"),
        ("bolsa de couro", "leather"),
        ("真皮手提包", "leather"),
        ("本革 財布", "leather"),
        ("Esstisch Eiche massiv", "oak"),
        ("table en chêne", "oak"),
        ("sciarpa di seta", "silk"),
        ("pull en laine mérinos", "merino"),
        ("Kunstleder Sofa", "faux leather"),
        ("vegan leather bag", "faux leather"),
        ("Wildlederstiefel Damen", "suede"),
        ("baumwollhemd herren", "cotton"),
        ("Kaschmirschal", "cashmere"),
        ("Eichentisch", "oak"),
        ("edelstahltopf 24 cm", "stainless steel"),
        ("Samtkissen grün", "velvet"),
    ],
)
def test_materials_of_queries(query: str, wanted: str) -> None:
    assert materials().read(query).wanted == {wanted}


@pytest.mark.parametrize(
    "query",
    [
        "leer y escribir",
        "seta funghi porcini risotto",
        "steel wool",
        "crema piel seca",
        "toilet paper",
        "silk road book",
        "木曜日",
        "Holzbohrer 8mm",
        "Lederpflege",
        "Glasreiniger",
        "Wollwaschmittel",
        "curling iron",
        "iron supplements",
        "a4 paper",
        "bamboo plants",
        "pin badge",
    ],
)
def test_words_that_are_no_materials(query: str) -> None:
    assert not materials().read(query).wanted


def test_a_kind_satisfies_what_it_is_a_kind_of() -> None:
    def checked(query: str, value: str) -> int:
        return colors().check(colors().read(query).wanted, value)

    assert checked("beige rug", "Taupe") == checked("grey rug", "Taupe") == 1
    assert checked("blue shirt", "Navy") == 1
    assert checked("navy shirt", "Blue") == 0
    assert checked("navy shirt", "Light blue") == -1
    assert checked("cream rug", "Ivory") == checked("off white rug", "Ivory") == 1
    assert checked("white dress", "Elfenbein") == checked("white dress", "avorio") == 1
    assert checked("ivory rug", "Cream") == checked("ivory rug", "Off-White") == 0
    assert checked("ivory rug", "Brown") == -1


@pytest.mark.parametrize(
    ("query", "same", "other"),
    [
        ("grey coat", "slate, iron grey, heather grey, dove grey", "oxblood, petrol blue"),
        ("green jacket", "moss, sage green, seafoam, pine green", "burnt sienna, garnet"),
        ("blue shirt", "petrol blue, steel blue, turquoise, dusty blue, ink blue", "cerise"),
        ("graues Sofa", "Anthrazit, schiefergrau, Space Grau, perlgrau", "terrakotta"),
        ("blaue Vorhänge", "taubenblau, rauchblauer, Petrolblau", "ziegelrot"),
        ("roter Becher", "rostrot, Himbeerrot", "ocker"),
        ("pull gris homme", "anthracite, gris souris, gris acier", "lie de vin"),
        ("robe verte femme", "vert sauge, vert forêt, vert mousse", "terre cuite"),
        ("vestido azul", "azul petróleo, añil, azul medianoche", "teja"),
        ("sudadera gris", "antracita, pizarra, gris jaspeado", "mostaza"),
        ("felpa grigia", "antracite, canna di fucile, grigio topo", "mattone"),
        ("maglia blu", "carta da zucchero, blu avio, blu petrolio", "mattone"),
        ("grijze trui", "antraciet, leigrijze, muisgrijs", "zalmroze"),
        ("gele regenjas", "okergeel, mosterd", "antraciet"),
        ("rode jas dames", "steenrood, kersenrode", "oker"),
        ("moletom cinza", "grafite, chumbo, cinza mescla", "telha"),
        ("灰色 卫衣", "炭灰, 岩灰色, 烟灰", "砖红"),
        ("蓝色 裙子", "雾霾蓝, 孔雀蓝, 靛蓝色", "鹅黄"),
        ("グレー パーカー", "スレート, 杢グレー, 炭色", "レンガ色"),
        ("緑 バッグ", "モス, セージ, 若草色", "山吹色"),
    ],
)
def test_shades_in_the_words_of_shops(query: str, same: str, other: str) -> None:
    wanted = colors().read(query).wanted
    assert wanted
    assert {shade: colors().check(wanted, shade) for shade in same.split(", ")} == dict.fromkeys(
        same.split(", "), SATISFIED
    )
    assert {colors().check(wanted, shade) for shade in other.split(", ")} == {VIOLATED}


@pytest.mark.parametrize("query", ["slate roof tiles", "moss killer", "fog machine"])
def test_what_names_a_shade_in_a_field_alone(query: str) -> None:
    assert not colors().read(query).wanted


def test_parents_are_parents_of_parents() -> None:
    vocabulary = Vocabulary({"a": [], "b": [], "c": []}, {"a": "b", "b": ["c"], "c": "a"})
    assert vocabulary.check(frozenset({"c"}), "a") == 1


def test_a_misspelling_has_an_inner_letter_wrong_and_is_no_other_word() -> None:
    wrong = misspellings(["black", "green", "red"], {"geen"})
    assert {"blak", "balck", "blackk", "gren"} <= wrong.keys()
    assert not {"geen", "back", "lack", "blac", "slack", "block", "rd", "redd"} & wrong.keys()
    assert wrong["blak"] == "black"


@pytest.mark.parametrize(
    ("value", "names"),  # commas part the names
    [
        ("Sage", "light green"),
        ("Chocolate", "brown"),
        ("Raspberry / Chocolate", "berry red, brown"),
        ("Framboise", "berry red"),
        ("Sauge", "light green"),
        ("Himbeere", "berry red"),
        ("Schokolade", "brown"),
        ("Lampone", "berry red"),
        ("Salvia", "light green"),
        ("Framboos", "berry red"),
        ("Frambuesa", "berry red"),
        ("Framboesa", "berry red"),
        ("セージ", "light green"),
        ("咖啡", "brown"),
        ("Ocean Green", "green"),
        ("Black Titanium", "black"),
        ("Chocolate-Brown", "brown"),
        ("Ocean/Green", "blue, green"),
        ("Ocean, Green", "blue, green"),
        ("Mint", "mint"),
    ],
)
def test_a_field_has_shades_named_for_things(value: str, names: str) -> None:
    assert colors().find(value) == set(names.split(", "))


@pytest.mark.parametrize(
    "query", ["sage tea", "chocolate", "himbeere sirup", "framboise", "cherry pie", "walnut oil"]
)
def test_a_query_has_not(query: str) -> None:
    assert not colors().read(query).wanted


def test_a_kind_of_shade_is_of_both_its_colours() -> None:
    for requested, said in (("red", SATISFIED), ("pink", SATISFIED), ("blue", VIOLATED)):
        assert colors().check(frozenset({requested}), "Raspberry") is said
