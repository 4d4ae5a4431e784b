from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.errors import InvalidRequest, ProfileError, StartupError
from sidecar.profile import FieldProfile, Profile
from sidecar.profiles import Profiles, read_profile, with_weights
from sidecar.request import Document
from sidecar.text.read import read

SHOES = Profile(
    name="shoes",
    fields={"title": FieldProfile(weight=2, quota=9), "color": FieldProfile(aliases=("colour",))},
)


def fault(text: str) -> str:
    with pytest.raises(ProfileError) as caught:
        read_profile(text, "shoes.yaml")
    assert caught.value.message.startswith("shoes.yaml: ")
    return caught.value.message.removeprefix("shoes.yaml: ")


def test_the_shipped_profiles_are_there_in_order() -> None:
    profiles = Profiles.open()
    assert profiles.names == ("ecommerce", "legal", "plain")
    assert profiles.get("plain").name == "plain"


def test_an_unknown_name_is_the_callers_fault_and_the_known_ones_are_said() -> None:
    with pytest.raises(InvalidRequest, match=r"^\$\.profile: `shop` is not one of ecommerce, "):
        Profiles.open().get("shop")


def test_a_folder_adds_profiles_and_replaces_shipped_ones(tmp_path: Path) -> None:
    (tmp_path / "shoes.yaml").write_text("name: shoes\nfields: {title: {weight: 2}}\n")
    (tmp_path / "legal.yaml").write_text("name: legal\ninstruction: Find statutes\n")
    (tmp_path / "notes.txt").write_text("not a profile")
    profiles = Profiles.open(tmp_path)
    assert profiles.names == ("ecommerce", "legal", "plain", "shoes")
    assert profiles.get("shoes").fields["title"].weight == 2
    assert profiles.get("legal").instruction == "Find statutes"


def test_a_folder_that_is_missing_or_unreadable_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(ProfileError, match="is not a folder of profiles"):
        Profiles.open(tmp_path / "none")
    (tmp_path / "a.yaml").write_bytes(b"name: \xff")
    with pytest.raises(ProfileError, match=r"a\.yaml cannot be read"):
        Profiles.open(tmp_path)
    assert issubclass(ProfileError, StartupError)
    assert ProfileError.code == "profile"


def test_a_faulty_file_in_the_folder_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "shoes.yaml").write_text("name: shoes\nparse: maybe\n")
    with pytest.raises(ProfileError, match=r"^shoes\.yaml: parse: Input should be a valid boolean"):
        Profiles.open(tmp_path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name: shoes\nfields: {title: {weight: -1}}", "fields.title.weight: Input should be gre"),
        ("name: shoes\nfields: {title: {weight: .nan}}", "fields.title.weight: Input should be a"),
        ("name: shoes\nfields: {title: {wieght: 1}}", "fields.title.wieght: Extra inputs are not"),
        ("name: shoes\nfields: {9lives: {}}", "fields.9lives: String should match pattern"),
        ("name: shoes\nfields: {t: {aliases: [a, 'b c']}}", "fields.t.aliases[1]: String should"),
        ("name: shoes\nsignals: {a: {kind: luck}}", "signals.a: Input tag 'luck'"),
        ("name: shoes\nsignals: {a: {kind: log, ceiling: 9}}", "signals.a.field: Field required"),
        (
            "name: shoes\nsignals: {a: {kind: log, field: x, ceiling: 0}}",
            "signals.a.ceiling: Input should be greater than 0",
        ),
        (
            "name: shoes\nsignals: {a: {kind: decay, field: x, origin: now, scale: 30 days}}",
            "signals.a.scale: ",
        ),
        (
            "name: shoes\nsignals: {a: {kind: decay, field: x, origin: now, scale: 30}}",
            "signals.a: an origin in time needs a scale in time, such as 30d",
        ),
        (
            "name: shoes\nsignals: {a: {kind: decay, field: x, origin: 1, scale: 3, offset: 1d}}",
            "signals.a: scale and offset must both be numbers, or both lengths of time",
        ),
        ("name: shoes\nrules: {r: {field: x, demote: 1}}", "rules.r: give either values or a p"),
        (
            "name: shoes\nrules: {r: {field: x, pattern: '(', demote: 1}}",
            "rules.r.pattern: is not a regular expression: missing )",
        ),
        (
            "name: shoes\nrules: {r: {field: x, values: [[]], demote: 1}}",
            "rules.r.values[0]: Input",
        ),
        ("fields: {}", "name: Field required"),
        ("name: boots", "name: must be that of the file, not boots"),
        ("", "must be a mapping with the keys of a profile"),
        ("- name: shoes", "must be a mapping with the keys of a profile"),
        ("name: shoes\nfields: {title: ]}\nparse: true", "line 2: did not find expected node"),
        ("name: shoes\nfields: {title: {}, title: {}}", "line 2: `title` stands twice"),
        ("name: shoes\n[a]: b", "line 2: a key must be a word"),
        ("name: \x00", "is not YAML: "),
        ("name: !!python/object:os.system x", "line 1: could not determine a constructor"),
    ],
    ids=lambda text: repr(text[-30:]),
)
def test_a_fault_is_told_with_its_path(text: str, message: str) -> None:
    assert fault(text).startswith(message)


FIELDS = "name: shoes\nfields: {title: {aliases: [name]}, attributes: {}}\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "signals: {a: {kind: match, fields: [title, brand]}}",
            "signals.a: `brand` is not a field of the profile; give it weight 0 to read it",
        ),
        (
            "signals: {a: {kind: log, field: name, ceiling: 9}}",
            "signals.a: `name` is not a field of the profile, but an alias of `title`",
        ),
        (
            "signals: {a: {kind: first_stage}}",
            "signals.a: `_score` is not a field of the profile; give it weight 0 to read it",
        ),
        (
            "signals: {a: {kind: constraint, constraint: price, fields: [title]}}",
            "signals.a.constraint: no extractor of the profile gives `price`",
        ),
        (
            "rules: {r: {field: stock, values: [0], demote: 1}}",
            "rules.r.field: `stock` is not a field of the profile; give it weight 0 to read it",
        ),
        ("boosts: {size: {title: 2}}", "boosts.size: no extractor of the profile gives `size`"),
        (
            "rules: {r: {field: title, values: [a], demote: 1, unless_cited: [cites]}}",
            "rules.r.unless_cited: `cites` is not a field of the profile; give it weight 0 to rea",
        ),
        (
            "extractors: [size]\nboosts: {size: {sizes: 2}}",
            "boosts.size.sizes: `sizes` is not a field of the profile; give it weight 0 to read it",
        ),
        ("extractors: [size, mood]", "extractors[1]: `mood` is not one of price, size, color, b"),
    ],
)
def test_a_reference_to_nothing_is_a_fault(text: str, message: str) -> None:
    assert fault(FIELDS + text).startswith(message)


@pytest.mark.parametrize(
    "fields",
    [
        "{a: {aliases: [b]}, b: {}}",
        "{b: {}, a: {aliases: [b]}}",
        "{a: {aliases: [c]}, b: {aliases: [c]}}",
        "{a: {aliases: [a]}}",
    ],
)
def test_a_name_belongs_to_one_field(fields: str) -> None:
    assert "s already" in fault(f"name: shoes\nfields: {fields}")


def test_the_inside_of_a_field_and_any_field_of_an_open_profile_may_be_named() -> None:
    signal = "signals: {a: {kind: match, fields: [attributes.color]}}"
    read_profile(FIELDS + signal, "shoes.yaml")
    read_profile("name: shoes\nsignals: {a: {kind: match, fields: [anything]}}", "shoes.yaml")


def test_words_stay_words_in_a_profiles_file() -> None:
    text = """
        name: shoes
        signals:
          land: {kind: table, field: country, table: {no: 1, yes: 0.5, 2020-01-01: 0, off: -1}}
          date: {kind: decay, field: date, origin: 2020-01-01, scale: 30d}
        rules: {r: {field: x, values: [NO, 010, 1_000, true, 12, -1.5e1], demote: 1e0}}
    """
    profile = read_profile(text, "shoes.yaml")
    land = profile.signals["land"].model_dump()
    assert land["table"] == {"no": 1, "yes": 0.5, "2020-01-01": 0, "off": -1}
    assert profile.signals["date"].model_dump()["origin"] == "2020-01-01"
    assert profile.rules["r"].values == ("NO", "010", "1_000", True, 12, -15.0)


def test_weights_of_a_request_replace_those_of_the_profile_and_nothing_else() -> None:
    changed = with_weights(SHOES, {"title": 0.5})
    assert changed.fields["title"] == FieldProfile(weight=0.5, quota=9)
    assert changed.fields["color"] == SHOES.fields["color"]
    assert SHOES.fields["title"].weight == 2
    assert with_weights(SHOES, {}) is SHOES


def test_an_alias_stands_for_its_field() -> None:
    changed = with_weights(SHOES, {"colour": 3})
    assert list(changed.fields) == ["title", "color"]
    assert changed.fields["color"].weight == 3
    assert not changed.other_fields


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
