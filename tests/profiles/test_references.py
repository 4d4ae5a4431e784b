"""A profile may not name what it does not have."""

import pytest

from sidecar.profiles import read_profile
from tests.profiles.faults import fault

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
def test_an_unknown_name_is_a_fault(text: str, message: str) -> None:
    assert fault(FIELDS + text).startswith(message)


@pytest.mark.parametrize(
    "fields",
    [
        "{a: {aliases: [b]}, b: {}}",
        "{b: {}, a: {aliases: [b]}}",
        "{a: {aliases: [c]}, b: {aliases: [c]}}",
    ],
)
def test_a_name_belongs_to_one_field(fields: str) -> None:
    assert "s already" in fault(f"name: shoes\nfields: {fields}")


def test_the_inside_of_a_field_and_any_field_of_an_open_profile_may_be_named() -> None:
    signal = "signals: {a: {kind: match, fields: [attributes.color]}}"
    read_profile(FIELDS + signal, "shoes.yaml")
    read_profile("name: shoes\nsignals: {a: {kind: match, fields: [anything]}}", "shoes.yaml")
