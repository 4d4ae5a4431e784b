"""Makes the fuzzer's requests plausible enough that most reach the model.

Chance seldom hits a profile's name, and a request that is refused for its first key tests none of
the others. One body in eight is sent unchanged.
"""

import hashlib
from typing import Any

import schemathesis

PROFILES = ("plain", "ecommerce", "legal")


def draw(value: object) -> int:
    """A number from 0 to 255 that the value alone decides, so that a run can be repeated."""
    return hashlib.sha256(repr(value).encode()).digest()[0]


def plausible(keys: dict[str, Any]) -> dict[str, Any]:
    """The keys with a profile that exists and a deadline that can be met."""
    adjusted = dict(keys)
    if isinstance(adjusted.get("profile"), str):
        adjusted["profile"] = PROFILES[draw(adjusted["profile"]) % len(PROFILES)]
    if type(adjusted.get("deadline_ms")) is int and adjusted["deadline_ms"] > 0:
        adjusted["deadline_ms"] = max(adjusted["deadline_ms"], 1000)
    adjusted.pop("fields" if draw(keys) % 2 else "-", None)
    return adjusted


@schemathesis.hook
def map_body(context: schemathesis.HookContext, body: Any) -> Any:
    if not isinstance(body, dict) or draw(body) % 8 == 0:
        return body
    adjusted = plausible(body)
    if isinstance(adjusted.get("query"), dict):
        adjusted["query"] = plausible(adjusted["query"])
    return adjusted


@schemathesis.hook
def map_path_parameters(context: schemathesis.HookContext, path_parameters: Any) -> Any:
    if not isinstance(path_parameters, dict) or "profile" not in path_parameters:
        return path_parameters
    return {**path_parameters, "profile": PROFILES[draw(path_parameters) % len(PROFILES)]}


@schemathesis.check
def no_bug(context: Any, response: Any, case: Any) -> None:
    """503 and 504 are answers that the contract knows; a 500 is a bug."""
    assert response.status_code != 500, f"500: {response.text[:500]}"
