"""Lines and JSON are two views of one list."""

import json
from json import dumps

import pytest
from selenium.webdriver import Keys

from sidecar.text.key_values import of_pairs
from sidecar.text.spelling import normal
from tests.playground.page import Page

LISTS: list[list[object]] = [
    [],
    ["a text"],
    ["", " ", "\t"],
    ["two\nlines", "a\rreturn", "both\r\n"],
    ["  kept spaces  ", "a back\\slash", 'a "quoted" word'],
    ['{"a": 1}', '"a"', "{not json", '"not json', "[1, 2]", "null", "12"],
    [{"title": "x", "tags": ["a", "b"], "n": 1.5, "deep": {"er": None}}, {}],
    [{"text": "two\nlines"}, "mixed", {"__proto__": 1, "": "empty name"}],
    ["\u2028 and \u00a0", "👩‍🌾", "ünïcödé", "<script>alert(1)</script>"],
]


@pytest.mark.parametrize("view", ["Lines", "Json"])
def test_reading_undoes_writing(page: Page, view: str) -> None:
    for documents in LISTS:
        # As JSON texts, so that no driver's reading of objects stands between.
        again = page.module(
            "documents.js",
            f"JSON.stringify(m.from{view}(m.to{view}(JSON.parse(a[0]))))",
            json.dumps(documents),
        )
        assert json.loads(again) == documents


ATTRIBUTES: list[list[object]] = [
    [{"name": "Color", "value": "Red"}],
    [{"key": "fit", "value": ["M", "L"], "id": 7, "visible": True}],
    [{"name": "Weight", "value": 250, "unit": "g"}, {"label": "Fit", "value": "M"}],
    [{"name": "Fit", "value": "M"}, {"name": "Fit", "value": "L"}, {"name": "Fit", "value": "S"}],
    [{"name": "Note", "value": "", "unit": "g"}, {"name": "Deep", "value": {"a": 1}}],
    [{"attributeName": "Size", "Option": "M", "sectionName": "Fit"}, {"code": "a", "value": 1}],
    [{"attribute_id": 93, "Attribute_Code": "color", "value": "Red", "is_filterable": True}],
    [{"code": "c", "name": "Color", "selectedValue": "Red", "sort_order": 2}],
    [{"name": "Color", "value": "Red"}, "a text"],
    [{"name": " ", "value": "Red"}],
    [{"name": "A", "key": "B", "value": 1}],
    [{"name": "Ann", "value": 5, "text": "a review"}],
    [],
    [1, 2],
]


def test_lists_of_attributes_are_read_as_the_service_reads_them(page: Page) -> None:
    for items in ATTRIBUTES:
        attributes = page.module(
            "attributes.js", "JSON.stringify(m.objectOf(JSON.parse(a[0])))", dumps(items)
        )
        assert json.loads(attributes) == of_pairs(items), items


def test_a_list_of_attributes_is_a_field_of_the_document(page: Page) -> None:
    document = {"title": "Shoe", "attributes": [{"name": "type", "value": "Boot"}]}
    profile = {
        "fields": [{"name": "category", "spellings": ["category", "attributes.type"]}],
        "parse": True,
    }
    for given in (document, dumps(document)):
        fields = page.module(
            "fields.js",
            "JSON.stringify(m.readFields(JSON.parse(a[0]), JSON.parse(a[1])))",
            dumps(given),
            dumps(profile),
        )
        by_key = {field["key"]: field for field in json.loads(fields)}
        assert by_key["attributes"]["text"] == "type: Boot"
        assert by_key["attributes"]["read"] is True


SPELLINGS = [
    *("sale_price", "salePrice", "Sale Price", "SALE-PRICE", "g:sale_price", "Größe", "_score"),
    *("{http://base.google.com/ns/1.0}price", "http://schema.org/name", "@type", "@Type", "--", ""),
    *("审理法院", "a:1", "1:a", "too_long_a_namespace:a"),
]


def test_keys_are_compared_as_the_service_compares_them(page: Page) -> None:
    words = page.module(
        "spelling.js", "JSON.stringify(JSON.parse(a[0]).map(m.normal))", dumps(SPELLINGS)
    )
    assert json.loads(words) == list(map(normal, SPELLINGS))


def test_another_spelling_of_a_name_is_the_field(page: Page) -> None:
    document = {"Sale Price": 5, "brandName": None, "Brand-Name": "Acme", "colour": "red"}
    fields = [
        {"name": "price", "spellings": ["sale_price", "price"]},
        {"name": "brand", "spellings": ["brand_name"]},
    ]
    read = page.module(
        "fields.js",
        "JSON.stringify(m.readFields(JSON.parse(a[0]), JSON.parse(a[1])))",
        dumps(document),
        dumps({"fields": fields}),
    )
    assert [(each["key"], each["name"], bool(each.get("read"))) for each in json.loads(read)] == [
        ("Sale Price", "price", True),
        ("Brand-Name", "brand", True),
        ("colour", "colour", False),
    ]


def test_typing_in_one_view_changes_the_other(page: Page) -> None:
    page.element("tab-lines").click()
    page.type("lines", 'first\n{"title": "second"}\n\n   \nthird')
    assert json.loads(page.element("json").get_property("value")) == [
        "first",
        {"title": "second"},
        "third",
    ]
    assert page.text("count") == "3"
    page.element("tab-json").click()
    page.type("json", '["one\\ntwo", {"a": 1}]')
    assert page.element("lines").get_property("value") == '"one\\ntwo"\n{"a":1}'
    assert page.text("count") == "2"


def test_json_that_does_not_parse_is_reported_and_kept(page: Page) -> None:
    page.element("tab-json").click()
    page.type("json", '["kept"]')
    page.element("json").send_keys(Keys.CONTROL, Keys.END)
    page.element("json").send_keys(Keys.BACKSPACE)
    fault = page.element("documents-fault")
    assert "JSON" in fault.text
    assert page.element("json").get_attribute("aria-invalid") == "true"
    page.element("tab-lines").click()
    assert page.element("json").is_displayed(), "leaving would lose what was typed"
    assert "Documents" in page.fault(page.element("rank").click)
    assert page.driver.switch_to.active_element == page.element("json")
    page.element("json").send_keys("]")
    assert fault.text == ""
    page.answered(page.element("rank").click)
    assert page.sent()["documents"] == ["kept"]


def test_what_is_no_document_is_reported_by_its_place(page: Page) -> None:
    page.element("tab-json").click()
    page.paste("json", '["a", 5]')
    assert "[1]: must be a text or an object" in page.text("documents-fault")
    page.paste("json", '{"a": 5}')
    assert "must be an array" in page.text("documents-fault")
