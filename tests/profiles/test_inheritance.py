"""Profiles that extend others: what they inherit, change and take away, and their faults."""

from pathlib import Path

import pytest

from sidecar.errors import ProfileError
from sidecar.profile import Profile
from sidecar.profiles import Profiles, read_profile
from tests.profiles.faults import fault

ECOMMERCE = Profiles.open().get("ecommerce")


def extended(changes: str, name: str = "shoes") -> Profile:
    return read_profile(f"extends: ecommerce\n{changes}", f"{name}.yaml")


def opened(folder: Path, **files: str) -> Profiles:
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return Profiles.open(folder)


def test_a_file_with_extends_alone_is_its_parent_under_its_own_name() -> None:
    changed = {"name": "shoes", "extends": "ecommerce"}
    assert extended("") == ECOMMERCE.model_copy(update=changed)


def test_mappings_are_merged_by_key_and_the_order_follows_the_weights() -> None:
    profile = extended("fields: {color: {weight: 0.5}, 'Sole type': {weight: 0.01}}")
    title, color = ECOMMERCE.fields["title"], ECOMMERCE.fields["color"]
    assert profile.fields["title"] == title
    assert profile.fields["color"] == color.model_copy(update={"weight": 0.5})
    assert list(profile.fields)[:2] == ["color", "title"]
    assert profile.fields["Sole type"].weight == 0.01
    assert profile.signals == ECOMMERCE.signals


def test_lists_are_replaced_or_go_on() -> None:
    aliases = ECOMMERCE.fields["brand"].aliases
    assert extended("fields: {brand: {aliases: [maker]}}").fields["brand"].aliases == ("maker",)
    more = extended("fields: {brand: {aliases: [maker, ..., house]}}").fields["brand"].aliases
    assert more == ("maker", *aliases, "house")
    assert extended("fields: {sole: {aliases: [...]}}").fields["sole"].aliases == ()


def test_null_takes_an_inherited_entry_away() -> None:
    profile = extended(
        "signals: {brand: null, price: null}\nboosts: {size: ~}\nfields: {title: {quota: null}}"
    )
    assert profile.signals.keys() == ECOMMERCE.signals.keys() - {"brand", "price"}
    assert profile.boosts.keys() == ECOMMERCE.boosts.keys() - {"size"}
    assert profile.fields["title"].quota is None
    assert profile.fields["title"].aliases == ECOMMERCE.fields["title"].aliases


def test_another_kind_of_signal_and_another_condition_inherit_no_keys_that_do_not_fit() -> None:
    profile = extended(
        """
signals: {rating: {kind: log, field: rating, ceiling: 5}}
rules: {out_of_stock: {values: [gone], demote: 2}}
"""
    )
    assert profile.signals["rating"].model_dump()["ceiling"] == 5
    rule = profile.rules["out_of_stock"]
    assert (rule.field, rule.values, rule.states, rule.demote) == ("in_stock", ("gone",), None, 2)


def test_a_table_grows() -> None:
    table = "signals: {authority: {table: {Amtsgericht Hintertupfing: 0.1}}}"
    profile = read_profile(f"extends: legal\n{table}", "courts.yaml")
    courts = profile.signals["authority"].model_dump()["table"]
    assert courts["Amtsgericht Hintertupfing"] == 0.1
    assert courts["BGH"] == 0.9


def test_parents_are_files_of_the_folder_and_may_extend_others(tmp_path: Path) -> None:
    profiles = opened(
        tmp_path,
        b="extends: a\nfields: {title: {quota: 7}}",
        a="extends: ecommerce\nfields: {title: {weight: 0.7}, brand: {quota: 5}}",
    )
    title = profiles.get("b").fields["title"]
    assert (title.weight, title.quota) == (0.7, 7)
    assert profiles.get("b").fields["brand"].quota == 5
    assert profiles.get("a").fields["title"].quota == ECOMMERCE.fields["title"].quota


def test_a_file_that_replaces_a_shipped_profile_may_extend_it(tmp_path: Path) -> None:
    profiles = opened(
        tmp_path,
        ecommerce="extends: ecommerce\nmatch_cap: 1",
        mine="extends: ecommerce",
    )
    assert profiles.get("ecommerce").match_cap == 1
    assert profiles.get("ecommerce").fields == ECOMMERCE.fields
    assert profiles.get("mine").match_cap == 1


def test_files_that_extend_one_another_are_a_fault(tmp_path: Path) -> None:
    with pytest.raises(ProfileError, match=r"^c\.yaml: extends: a -> b -> c -> a goes round$"):
        opened(tmp_path, a="extends: b", b="extends: c", c="extends: a")


@pytest.mark.parametrize("parent", ["nowhere", "shoes", "3"])
def test_an_unknown_parent_is_a_fault(parent: str) -> None:
    message = fault(f"extends: {parent}")
    assert message.startswith(f"extends: `{parent}` is not one of chinese-law, ")


def test_a_fault_names_the_file_that_holds_it(tmp_path: Path) -> None:
    with pytest.raises(ProfileError, match=r"^a\.yaml: fields\.title\.weight: Input should be gre"):
        opened(tmp_path, z="extends: a\nparse: false", a="fields: {title: {weight: -1}}")
    own = "extends: a\nfields: {title: {quota: -7}}"
    with pytest.raises(ProfileError, match=r"^z\.yaml: fields\.title\.quota: Input should be gre"):
        opened(tmp_path, z=own, a="fields: {title: {weight: 1}}")


def test_what_is_taken_away_may_be_missed() -> None:
    message = fault("extends: ecommerce\nfields: {price: null}")
    assert message.startswith("signals.price: `price` is not a field of the profile")
