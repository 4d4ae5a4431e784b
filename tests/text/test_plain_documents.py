"""Documents without HTML: values of all kinds, what a profile keeps, and the original's places."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.profile import FieldProfile, Profile
from sidecar.text.compose import compose, read_value
from sidecar.text.plain_documents import plain_document

PLAIN = Profile(name="plain", parse=False)
TEXTS = st.sampled_from(
    ["<p>Red &amp; blue</p>", "shoe", "<br>", "a < b", "<li>one</li><li>two</li>", 3, None, True]
)
VALUES = st.recursive(
    TEXTS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3)
    ),
    max_leaves=8,
)


def test_a_text_and_fields_are_read_without_html() -> None:
    assert plain_document("<p>Red</p>", PLAIN).content == "Red"
    given = {"a": "<b>Red</b>", "b": ["x", "<i>y</i>"], "c": {"d": "R&amp;D"}, "e": 3.0}
    plain = plain_document(given, PLAIN)
    assert plain.content == {"a": "Red", "b": ["x", "y"], "c": {"d": "R&D"}, "e": 3.0}
    assert set(plain.plain) == {"a", "b", "c"}


@pytest.mark.parametrize("content", ["a < b", {"a": "x", "b": [1, "a<b", {"c": "y"}]}, {}])
def test_what_holds_no_html_is_the_same_object(content: Any) -> None:
    plain = plain_document(content, PLAIN)
    assert plain.content is content
    assert not plain.plain


def test_a_profile_may_keep_it() -> None:
    keep = Profile(name="code", html="keep", fields={"about": FieldProfile(html="strip")})
    assert plain_document("<p>Red</p>", keep).content == "<p>Red</p>"
    given = {"code": "<p>Red</p>", "about": "<p>Red</p>"}
    assert plain_document(given, keep).content == {"code": "<p>Red</p>", "about": "Red"}
    field = Profile(name="docs", fields={"code": FieldProfile(html="keep")})
    assert plain_document(given, field).content == {"code": "<p>Red</p>", "about": "Red"}


@given(VALUES)
def test_the_text_of_a_field_is_that_of_its_value_without_html(value: object) -> None:
    plain = plain_document({"f": value}, PLAIN)
    if "f" not in plain.plain:
        return
    found = plain.plain["f"]()
    assert found.text == read_value(plain.fields["f"])
    original = read_value(value)
    assert found.original_length == len(original)
    for word in ("Red & blue", "shoe", "one", "two"):
        start = found.text.find(word)
        if start >= 0:
            begin, end = found.original(start, start + len(word))
            assert original[begin:end] == word.replace("&", "&amp;")


@pytest.mark.parametrize("cut", ["right", "left"])
def test_a_segment_knows_its_place_in_the_value(cut: Any) -> None:
    value = "<p>" + "word " * 500 + "&amp; <b>end</b></p>"
    for content, name in ((value, ""), ({"f": value}, "f"), ({"f": value.replace("<", "")}, "f")):
        plain = plain_document(content, PLAIN)
        (segment,) = compose(plain.content, PLAIN, 40, cut, plain.plain).segments
        found = "word" if cut == "right" else "end"
        at = segment.text.rindex(found)
        start, end = segment.place(at, at + len(found))
        original = content if isinstance(content, str) else content["f"]
        assert segment.field == name
        assert original[start:end] == found
        start, end = segment.place(0, len(segment.text))
        assert 0 <= start < end <= len(original)
