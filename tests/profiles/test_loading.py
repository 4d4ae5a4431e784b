"""Profiles from files: the shipped ones, those of a folder, and their faults."""

from pathlib import Path

import pytest

import mappings
from sidecar.errors import InvalidRequest, ProfileError, StartupError
from sidecar.profiles import Profiles, read_profile
from tests.profiles.faults import fault


def test_the_shipped_profiles_are_in_order() -> None:
    profiles = Profiles.open()
    assert profiles.names == tuple(sorted(mappings.profile_names()))
    assert {"ecommerce", "legal", "plain", "shopify", "german-law"} <= set(profiles.names)
    assert profiles.get("plain").name == "plain"


def test_an_unknown_name_is_the_callers_fault_and_the_known_names_are_listed() -> None:
    with pytest.raises(InvalidRequest, match=r"^\$\.profile: `shop` is not one of chinese-law, "):
        Profiles.open().get("shop")


def test_a_folder_adds_profiles_and_replaces_shipped_ones(tmp_path: Path) -> None:
    (tmp_path / "shoes.yaml").write_text("name: shoes\nfields: {title: {weight: 2}}\n")
    (tmp_path / "legal.yaml").write_text("name: legal\ninstruction: Find statutes\n")
    (tmp_path / "notes.txt").write_text("not a profile")
    profiles = Profiles.open(tmp_path)
    assert profiles.names == tuple(sorted({*mappings.profile_names(), "shoes"}))
    assert profiles.get("shoes").fields["title"].weight == 2
    assert profiles.get("legal").instruction == "Find statutes"


def test_startup_fails_for_a_missing_or_unreadable_folder(tmp_path: Path) -> None:
    with pytest.raises(ProfileError, match="is not a folder of profiles"):
        Profiles.open(tmp_path / "none")
    (tmp_path / "a.yaml").write_bytes(b"name: \xff")
    with pytest.raises(ProfileError, match=r"a\.yaml cannot be read"):
        Profiles.open(tmp_path)
    assert issubclass(ProfileError, StartupError)
    assert ProfileError.code == "profile"


def test_startup_fails_for_a_faulty_file(tmp_path: Path) -> None:
    (tmp_path / "shoes.yaml").write_text("name: shoes\nparse: maybe\n")
    with pytest.raises(ProfileError, match=r"^shoes\.yaml: parse: Input should be a valid boolean"):
        Profiles.open(tmp_path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name: shoes\nfields: {title: {weight: -1}}", "fields.title.weight: Input should be gre"),
        ("name: shoes\nfields: {title: {weight: .nan}}", "fields.title.weight: Input should be a"),
        ("name: shoes\nfields: {title: {wieght: 1}}", "fields.title.wieght: Extra inputs are not"),
        ("name: shoes\nfields: {' title': {}}", "fields. title: String should match pattern"),
        ("name: shoes\nfields: {t: {aliases: [a, 'b ']}}", "fields.t.aliases[1]: String should"),
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
        ("name: shoes\nrules: {r: {field: x, demote: 1}}", "rules.r: give one of values, patt"),
        (
            "name: shoes\nrules: {r: {field: x, pattern: '(', demote: 1}}",
            "rules.r.pattern: is not a regular expression: missing )",
        ),
        (
            "name: shoes\nrules: {r: {field: x, values: [[]], demote: 1}}",
            "rules.r.values[0]: Input",
        ),
        ("fields: {}\nname: [a]", "name: Input should be a valid string"),
        ("name: boots", "name: must be that of the file, not boots"),
        ("", "must be a mapping with the keys of a profile"),
        ("- name: shoes", "must be a mapping with the keys of a profile"),
        ("name: shoes\nfields: {title: ]}\nparse: true", "line 2: did not find expected node"),
        ("name: shoes\nfields: {title: {}, title: {}}", "line 2: `title` stands twice"),
        ("name: shoes\nfields: &all {title: *all}", "line 2: a value holds itself"),
        ("name: shoes\nrules: &all [*all]", "line 2: a value holds itself"),
        ("name: shoes\n[a]: b", "line 2: a key must be a word"),
        ("name: \x00", "is not YAML: "),
        ("name: !!python/object:os.system x", "line 1: could not determine a constructor"),
    ],
    ids=lambda text: repr(text[-30:]),
)
def test_a_fault_has_its_path(text: str, message: str) -> None:
    assert fault(text).startswith(message)


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
