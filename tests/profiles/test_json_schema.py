"""The schema that editors check a profile's file by."""

from typing import Any

import jsonschema
import pytest
import yaml

import mappings
from sidecar.profiles.json_schema import file_schema

VALIDATOR = jsonschema.Draft202012Validator(file_schema())


def faults(text: str) -> list[str]:
    return [fault.json_path for fault in VALIDATOR.iter_errors(yaml.safe_load(text))]


@pytest.mark.parametrize("name", mappings.profile_names())
def test_the_shipped_profiles_are_valid(name: str) -> None:
    assert faults(mappings.profile_text(name)) == []


def test_it_is_a_schema_with_descriptions() -> None:
    schema: Any = file_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["properties"].keys() >= {"extends", "fields", "signals", "rules"}
    field = schema["$defs"]["FieldProfile"]["properties"]
    assert field["pick"]["anyOf"][0]["enum"] == ["first", "lowest", "highest", "any", "all"]
    assert "list" in field["pick"]["description"]


@pytest.mark.parametrize(
    "text",
    [
        "extends: ecommerce\nfields: {title: {weight: 1}, brand: null}",
        "extends: legal\nsignals: {recency: {weight: 0.1}, court: null}",
        "extends: ecommerce\nfields: {title: {aliases: [..., x]}}\nextractors: ['...', year]",
        "name: x\nfields: {'g:price': {}, 审理法院: {join: [[a, b], [c, d]]}, f: {join: [a, b]}}",
    ],
)
def test_what_a_file_may_say_is_valid(text: str) -> None:
    assert faults(text) == []


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("feilds: {}", "$"),
        ("fields: {title: {weight: heavy}}", "$.fields.title"),
        ("fields: {title: {wieght: 1}}", "$.fields.title"),
        ("signals: {a: {kind: luck}}", "$.signals.a"),
        ("rules: {a: {demote: -1}}", "$.rules.a"),
    ],
)
def test_a_slip_is_a_fault(text: str, path: str) -> None:
    assert path in faults(text)
