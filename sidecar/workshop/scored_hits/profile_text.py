"""The text of a profile that extends another one and changes numbers alone. Pure."""

import json
import re
from collections.abc import Iterable, Mapping

from sidecar.profile import Profile, ProfileCalibration

Changes = Mapping[str, Mapping[str, Mapping[str, float]] | float]
"""`fields` and `signals` -> name -> key -> number; `match_cap` -> number."""
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_WORDS = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}


def profile_text(
    given: Profile,
    changed: Changes,
    calibration: ProfileCalibration | None,
    comments: Iterable[str],
) -> str:
    """The file of a profile that extends the given one, each comment a line above all keys."""
    lines = [f"# {comment}" for comment in comments]
    lines.append(f"extends: {_key(given.name)}")
    for name, value in changed.items():
        if isinstance(value, Mapping):
            lines.append(f"{name}:")
            lines += [f"  {_key(key)}: {_flow(numbers)}" for key, numbers in value.items()]
        else:
            lines.append(f"{name}: {_number(value)}")
    if calibration is not None:
        lines.append(
            f'calibration: {{score_revision: "{calibration.score_revision}", '
            f"temperature: {_number(calibration.temperature)}, "
            f"bias: {_number(calibration.bias)}}}"
        )
    elif given.calibration is not None:
        lines.append("calibration: null")
    return "\n".join(lines) + "\n"


def _flow(numbers: Mapping[str, float]) -> str:
    return "{" + ", ".join(f"{key}: {_number(value)}" for key, value in numbers.items()) + "}"


def _number(value: float) -> str:
    """Without exponent, so that YAML reads a number."""
    return f"{value:.9f}".rstrip("0").rstrip(".")


def _key(name: str) -> str:
    if _PLAIN.fullmatch(name) and name.lower() not in _WORDS:
        return name
    return json.dumps(name, ensure_ascii=False)
