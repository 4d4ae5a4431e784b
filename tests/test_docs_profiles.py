"""The explained requests of docs/profiles.md and docs/quickstart.md get the answers shown there."""

import json
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

import mappings
from sidecar.profile import FieldProfile, LongDocuments, Profile
from sidecar.profiles import read_profile
from sidecar.signals import SIGNALS, Rule
from sidecar.text.query import EXTRACTORS
from sidecar.workshop.sidecar_process import SidecarProcess
from tests.http_client import post

ROOT = Path(__file__).parent.parent
PROFILES = (ROOT / "docs" / "profiles.md").read_text()
QUICKSTART = (ROOT / "docs" / "quickstart.md").read_text()
TOLERANCE = 0.05
"""Other CPUs round int8 otherwise."""


def requests_and_answers(text: str) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    blocks = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", text, re.DOTALL)]
    return [(request, answer) for request, answer in pairwise(blocks) if "documents" in request]


CASES = [*requests_and_answers(PROFILES), *requests_and_answers(QUICKSTART)]


def test_each_shipped_profile_is_shown_and_the_quickstart_has_one() -> None:
    shown = [request.get("profile", "plain") for request, _ in CASES]
    assert shown == ["plain", "ecommerce", "legal", "ecommerce"]


@pytest.mark.parametrize("case", range(len(CASES)))
def test_the_answer_is_the_documented_one(server: SidecarProcess, case: int) -> None:
    request, documented = CASES[case]
    answer = post(server, "/v2/rerank", request).body
    for given, shown in zip(answer["results"], documented["results"], strict=True):
        assert given == {
            "index": shown["index"],
            "relevance_score": pytest.approx(shown["relevance_score"], abs=TOLERANCE),
        }
    for given, shown in zip(answer["explanations"], documented["explanations"], strict=True):
        assert set(given) == set(shown)
        for key in ("index", "rules", "truncated", "evidence"):
            assert given[key] == shown[key]
        assert given.get("constraints") == shown.get("constraints")
        for key in ("logit", "score"):
            assert given[key] == pytest.approx(shown[key], abs=TOLERANCE)
        assert named(given["parts"]) == pytest.approx(named(shown["parts"]), abs=TOLERANCE)
        if "shapley" in shown:
            assert given["shapley"] == pytest.approx(shown["shapley"], abs=TOLERANCE)


def named(parts: list[dict[str, Any]]) -> dict[tuple[str, str], float]:
    return {(part["kind"], part["name"]): part["value"] for part in parts}


def test_every_key_of_a_profile_is_in_the_table() -> None:
    for key in Profile.model_fields:
        assert f"| `{key}` |" in PROFILES
    for key in FieldProfile.model_fields:
        assert f"| `fields.F.{key}` |" in PROFILES
    for key, field in LongDocuments.model_fields.items():
        assert f"| `{key}` | {f'`{field.default}`' if key == 'aggregate' else field.default} |" in (
            PROFILES
        )


def test_every_shipped_profile_is_documented() -> None:
    section = PROFILES.split("### Profiles of common feeds\n")[1].split("## ")[0]
    for name in set(mappings.profile_names()) - {"plain", "ecommerce", "legal"}:
        assert f"| `{name}` |" in section


def test_the_profiles_that_are_shown_are_valid() -> None:
    blocks = re.findall(r"```yaml\n(.*?)```", PROFILES, re.DOTALL)
    whole = [block for block in blocks if "extends:" in block]
    assert whole
    for block in whole:
        assert read_profile(block, "shown.yaml").name == "shown"
    for block in blocks:
        if block not in whole:
            for field in yaml.safe_load(block).values():
                FieldProfile.model_validate(field)


def test_every_kind_of_signal_and_its_keys_are_in_the_table() -> None:
    for kind, signal in SIGNALS.items():
        (row,) = re.findall(rf"^\| `{kind}` \|.*$", PROFILES, re.MULTILINE)
        for key in set(signal.model_fields) - {"kind", "weight", "cap"}:
            assert f"`{key}`" in row


def test_every_key_of_a_rule_is_documented() -> None:
    section = PROFILES.split("## Rules\n")[1].split("## ")[0]
    for key in Rule.model_fields:
        assert f"`{key}" in section, key


def test_every_extractor_is_documented() -> None:
    section = PROFILES.split("## Extractors\n")[1].split("## ")[0]
    for name in EXTRACTORS:
        assert f"`{name}`" in section


@pytest.mark.parametrize("name", ["ecommerce", "legal"])
def test_the_shipped_profiles_fields_signals_and_rules_are_named(name: str) -> None:
    section = PROFILES.split(f"### {name}\n")[1].split("```")[0]
    profile = yaml.safe_load((ROOT / "mappings" / "profiles" / f"{name}.yaml").read_text())
    for word in (*profile["fields"], *profile["signals"], *profile["rules"]):
        assert re.search(rf"\b{word}\b", section), word


def test_the_documented_hook_is_one(tmp_path: Path) -> None:
    from sidecar.hooks import HookResult, QueryResult, load

    text = (ROOT / "docs" / "hooks.md").read_text()
    (block,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    (tmp_path / "shown.py").write_text(block)
    document, query = load([tmp_path / "shown.py"], installed=False)
    assert document.call("shoes", [{"new": True}, {}], {}) == [
        HookResult({"new": 0.5}),
        HookResult(),
    ]
    assert query.call("cheap shoes", {}) == QueryResult()
