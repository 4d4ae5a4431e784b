"""The weights that a search sends, in place of the profile's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.errors import InvalidRequest
from sidecar.profile import FieldProfile, Profile
from sidecar.profiles import Profiles, with_weights
from sidecar.request import Document
from sidecar.text.read import read

SHOES = Profile(
    name="shoes",
    fields={"title": FieldProfile(weight=2, quota=9), "color": FieldProfile(aliases=("colour",))},
)


def test_weights_of_a_request_replace_those_of_the_profile_and_nothing_else() -> None:
    changed = with_weights(SHOES, {"title": 0.5})
    assert changed.fields["title"] == FieldProfile(weight=0.5, quota=9)
    assert changed.fields["color"] == SHOES.fields["color"]
    assert SHOES.fields["title"].weight == 2
    assert with_weights(SHOES, {}) is SHOES


def test_an_alias_means_its_field() -> None:
    changed = with_weights(SHOES, {"colour": 3})
    assert list(changed.fields) == ["title", "color"]
    assert changed.fields["color"].weight == 3
    assert not changed.other_fields


@pytest.mark.parametrize("given", ["Colour", "g:colour", "COLOR"])
def test_another_spelling_means_the_field(given: str) -> None:
    assert with_weights(SHOES, {given: 3}).fields["color"].weight == 3


def test_a_search_may_weigh_a_field_of_any_name() -> None:
    own = Profile(name="own", fields={"Product Name": FieldProfile(), "审理法院": FieldProfile()})
    changed = with_weights(own, {"product_name": 2, "审理法院": 3})
    assert [field.weight for field in changed.fields.values()] == [2, 3]


def test_a_name_that_the_profile_lacks_is_refused_with_its_path() -> None:
    with pytest.raises(InvalidRequest, match=r"^\$\.fields\.titel: profile .* has no such field"):
        with_weights(SHOES, {"titel": 3})


def test_a_profile_that_reads_every_field_takes_any_name() -> None:
    changed = with_weights(Profiles.open().get("plain"), {"größe in cm": 1})
    assert changed.fields == {"größe in cm": FieldProfile(weight=1)}
    assert changed.other_fields


def test_a_weight_does_not_hide_the_fields_of_a_profile_that_reads_all() -> None:
    changed = with_weights(Profiles.open().get("plain"), {"title": 3})
    document = Document(fields={"id": 7, "title": "Shoe"})
    assert read(document, changed) == {"title": "Shoe", "id": 7}


@pytest.mark.parametrize("weight", [-0.1, 100.1, float("nan"), float("inf"), True], ids=repr)
def test_a_weight_out_of_range_is_refused(weight: float) -> None:
    with pytest.raises(
        InvalidRequest, match=r"^\$\.fields\.title: must be a number from 0 to 100$"
    ):
        with_weights(SHOES, {"title": weight})


@given(
    st.dictionaries(st.sampled_from(["title", "color"]), st.floats(0, 100)),
    st.dictionaries(st.sampled_from(["title", "color"]), st.floats(0, 100)),
)
def test_the_last_weights_count(first: dict[str, float], last: dict[str, float]) -> None:
    both = with_weights(with_weights(SHOES, first), last)
    assert both == with_weights(SHOES, first | last)
    assert Profile.model_validate(both.model_dump()) == both
