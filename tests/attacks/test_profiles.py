"""Profiles are data of the operator: a faulty one is refused at the start, and at once."""

from pathlib import Path

import pytest

from sidecar.errors import ProfileError
from sidecar.profiles import Profiles

LAUGHS = "\n".join(
    ["l0: &l0 [ha, ha, ha, ha, ha, ha, ha, ha, ha, ha]"]
    + [f"l{i}: &l{i} [{', '.join([f'*l{i - 1}'] * 10)}]" for i in range(1, 12)]
)
"""A billion laughs: aliases that stand for 10^12 words."""
AT = [
    "fields: {title: {aliases: *l11}}",
    "fields: {title: {join: *l11}}",
    "fields: *l11",
    "signals: {a: {kind: constraint, on: *l11}}",
    "rules: {a: {when: {title: *l11}, demote: 1}}",
    "vocabularies: {a: *l11}",
    "vocabularies: {a: {a: *l11}}",
    "extends: *l11",
    "wrappers: *l11",
    "extractors: *l11",
    "unknown: *l11",
]


@pytest.mark.parametrize("place", AT)
def test_aliases_without_end_are_refused_at_once(tmp_path: Path, place: str) -> None:
    (tmp_path / "shop.yaml").write_text(f"{LAUGHS}\n{place}\n")
    with pytest.raises(ProfileError) as fault:
        Profiles.open(tmp_path)
    assert len(fault.value.message) < 2000


@pytest.mark.parametrize(
    "text",
    [
        "!!python/object/apply:os.system [touch {folder}/made]",
        "fields: !!python/name:os.system",
        "fields: {{title: !!python/object/new:os.system [touch {folder}/made]}}",
        "a: &a [*a]",
        "fields: &f {{title: *f}}",
        "[" * 5000,
        "{{a: " * 5000,
        "fields: {{title: {{weight: 1e400}}}}",
        "fields: {{title: {{weight: .nan}}}}",
        "fields: {{title: {{weight: " + "9" * 5000 + "}}}}",
        "extends: ../../../../etc/passwd",
        "extends: /etc/passwd",
        "extends: shop",
        "fields: {{title: {{}}}}\nfields: {{}}",
        "\x00",
        "%TAG ! tag:yaml.org,2002:python/\n---\n!object/apply:os.system [touch {folder}/made]",
    ],
)
def test_no_profile_runs_code_or_reads_other_files(tmp_path: Path, text: str) -> None:
    (tmp_path / "shop.yaml").write_text(text.format(folder=tmp_path))
    with pytest.raises(ProfileError) as fault:
        Profiles.open(tmp_path)
    assert "root:" not in fault.value.message
    assert not (tmp_path / "made").exists()
