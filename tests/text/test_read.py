"""A document's fields under the profile's names: objects, JSON in strings, joins."""

import json
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.profile import FieldProfile, Profile
from sidecar.request import Document
from sidecar.search import Fields
from sidecar.text.compose import read_value
from sidecar.text.field_values import MAX_DEPTH
from sidecar.text.read import read
from tests.text.reading import ANY, OPEN, PLAIN, ROW, SHOP, fields, text


def test_fields_come_under_the_profiles_names_in_its_order() -> None:
    result = fields({"colour": "red", "brand": "Acme", "id": 7, "name": "Shoe"})
    assert list((result or {}).items()) == [("title", "Shoe"), ("brand", "Acme"), ("color", "red")]


def test_other_fields_come_last_in_their_own_order_when_the_profile_wants_them() -> None:
    result = fields({"z": 1, "brand": "Acme", "a": 2, "title": "Shoe"}, OPEN)
    assert list(result or ()) == ["title", "brand", "z", "a"]


def test_without_fields_in_the_profile_all_are_read_in_their_own_order() -> None:
    assert list(fields({"z": 1, "a": {"b": [2]}, "null": None}, ANY) or ()) == ["z", "a"]


def test_the_first_alias_that_is_there_is_read_and_no_other() -> None:
    assert fields({"name": "B", "title": "A"}, OPEN) == {"title": "A"}
    assert fields({"name": "B", "title": None}, OPEN) == {"title": "B"}
    assert fields({"name": "B", "title": ""}) == {"title": "B"}


@pytest.mark.parametrize(
    ("given", "color"),
    [
        ({"attributes": {"color": "red"}}, "red"),
        ({"attributes.color": "red"}, "red"),
        ({"attributes": [{"color": "red"}, {"size": 2}, {"color": "blue"}]}, ["red", "blue"]),
        ({"attributes": "color"}, None),
        ({"attributes": {"colors": "red"}}, None),
    ],
)
def test_a_dotted_name_is_read_from_inside(given: Fields, color: object) -> None:
    assert (fields(given) or {}).get("color") == color


@pytest.mark.parametrize(
    ("value", "reading", "as_text"),
    [
        ("red", "red", "red"),
        (0, 0, "0"),
        (12.5, 12.5, "12.5"),
        (False, False, "false"),
        ("NO", "NO", "NO"),
        (["red", None, "", 2], ["red", 2], "red, 2"),
        ({"size": "M", "fit": None}, {"size": "M"}, "size: M"),
        ({"a": {"b": [True, {"c": 1}]}}, {"a": {"b": [True, {"c": 1}]}}, "a: b: true, c: 1"),
        ([0.5] * 768, [0.5] * 768, ", ".join(["0.5"] * 768)),
        ("x" * 50_000, "x" * 50_000, "x" * 50_000),
    ],
)
def test_every_kind_of_value_has_a_reading(value: object, reading: object, as_text: str) -> None:
    result = fields({"title": value}) or {}
    assert result == {"title": reading}
    assert read_value(result["title"]) == as_text


@pytest.mark.parametrize(
    "value", [None, "", " \n", [], {}, [None, ""], {"a": None}, [[{}], {"a": [" "]}]], ids=repr
)
def test_what_has_no_reading_is_absent(value: object) -> None:
    assert fields({"title": value, "brand": "Acme"}) == {"brand": "Acme"}
    assert fields({"title": value}, ANY) == {}


def test_an_object_without_fields_is_a_document_without_fields() -> None:
    assert fields({}) == text("{}") == text("{}", ANY) == {}
    assert fields({"id": 7}) == {}


@pytest.mark.parametrize("opening", ["[", '{"a":'], ids=["lists", "objects"])
def test_what_lies_too_deep_is_left_out(opening: str) -> None:
    closing = {"[": "]", '{"a":': "}"}[opening]
    for levels in (2, MAX_DEPTH - 1, MAX_DEPTH, 900):
        value = f"{opening * levels}1{closing * levels}"
        result = text(f'{{"title": {value}, "brand": "Acme"}}') or {}
        assert ("title" in result) == (levels < MAX_DEPTH)
        assert result["brand"] == "Acme"
        assert read_value(result)


def test_a_string_that_holds_a_json_object_is_its_fields() -> None:
    assert text('{"title": "Shoe", "price": 3}') == {"title": "Shoe"}
    assert text(' \n{"name": "Shoe"}\n') == {"title": "Shoe"}
    assert text('{"title": null}') == {}
    assert text('{"title": "a", "title": "b"}') == {"title": "b"}
    assert text('{"b": 1, "a": [true]}', ANY) == {"b": 1, "a": [True]}


@pytest.mark.parametrize("string", ['{"title": "Shoe"}', ROW, "title: Shoe", "{}"])
def test_plain_never_parses_a_string(string: str) -> None:
    assert text(string, PLAIN) is None
    assert fields({"title": "Shoe"}, PLAIN) == {"title": "Shoe"}


def test_an_object_with_text_alone_is_a_field_where_the_profile_has_it() -> None:
    document = Document(text="It is so ordered.", source={"text": "It is so ordered."})
    legal = Profile(name="legal", fields={"opinion": FieldProfile(aliases=("text",))})
    assert read(document, legal) == {"opinion": "It is so ordered."}
    assert read(document, SHOP) is None
    assert read(document, PLAIN) is None


NAMES = st.sampled_from(["title", "name", "brand", "color", "colour", "other", "id"])
SCALARS = st.none() | st.booleans() | st.integers(-9, 9) | st.text(string.ascii_letters + " ")
VALUES = st.recursive(SCALARS, lambda v: st.lists(v, max_size=3) | st.dictionaries(NAMES, v))


@given(given=st.dictionaries(NAMES, VALUES), data=st.data())
def test_the_order_of_named_fields_does_not_matter(
    given: dict[str, object], data: st.DataObject
) -> None:
    shuffled = dict(data.draw(st.permutations(list(given.items()))))
    assert list((fields(given) or {}).items()) == list((fields(shuffled) or {}).items())
    assert fields(given, OPEN) == fields(shuffled, OPEN)


@given(
    given=st.dictionaries(NAMES, VALUES), name=NAMES, nothing=st.sampled_from([None, "", [], {}])
)
def test_missing_is_absent_is_null(given: dict[str, object], name: str, nothing: object) -> None:
    without = {key: value for key, value in given.items() if key != name}
    for profile in (SHOP, OPEN, ANY, PLAIN):
        assert fields({**given, name: nothing}, profile) == fields(without, profile)


@given(given=st.dictionaries(NAMES, VALUES))
def test_a_json_string_reads_as_its_object_does(given: dict[str, object]) -> None:
    result = text(json.dumps(given), OPEN)
    assert result == fields(given, OPEN) or (result is None and {"other", "id"} >= given.keys())


@given(st.text() | st.from_regex(r"(---\n|\{|\w+: )?(.|\n)*", fullmatch=True))
def test_any_string_has_a_reading_and_plain_leaves_it(given: str) -> None:
    assert text(given, PLAIN) is None
    for profile in (SHOP, OPEN, ANY):
        result = text(given, profile)
        assert result is None or all(result.values())


STATUTES = Profile(
    name="statutes",
    fields={
        "statute": FieldProfile(join=(("law", "article"), ("section", "book.code"))),
        "title": FieldProfile(aliases=("law",)),
    },
)


@pytest.mark.parametrize(
    ("given", "statute"),
    [
        (
            {"law": "劳动合同法", "article": "第二十四条", "statute": "第二十四条"},
            "劳动合同法 第二十四条",
        ),
        ({"section": "§ 823", "book": {"code": "BGB"}}, "§ 823 BGB"),
        ({"section": 823, "statute": "§ 823 BGB"}, "§ 823 BGB"),
        ({"law": "BGB", "article": ""}, None),
    ],
)
def test_fields_are_joined_where_the_document_has_them_all(given: Fields, statute: object) -> None:
    read_fields = fields(given, STATUTES) or {}
    assert read_fields.get("statute") == statute
    assert read_fields.get("title") == given.get("law")
    assert list(read_fields) == [name for name in ("statute", "title") if name in read_fields]


def test_one_list_of_a_join_needs_no_list_around_it() -> None:
    own = FieldProfile.model_validate({"join": ["a", "b"], "separator": "/"})
    assert own.join == (("a", "b"),)
    assert fields({"a": 1, "b": "x"}, Profile(name="o", fields={"f": own})) == {"f": "1/x"}
