"""commons-text 1.10's StringSubstitutor with `${` and `}`, and the check that follows it.

Values are substituted in turn, which is what breaks documents with `${` in them. An unknown name
stays as it is, `${name:-value}` has a default, `$${` stands for `${`.
"""

import re
from collections.abc import Mapping

from tests.es_integration.fake_elasticsearch.errors import bad_argument, bad_state

_LEFT = re.compile(r"\$\{.*?\}")
"""Java's `.` excludes newlines, and so does this one."""


def replace(template: str, values: Mapping[str, str], field: str) -> str:
    """The filled template. Raises bad_argument where a placeholder stays, bad_state for a loop."""
    filled = _substitute(template, values, [template])
    if unfilled := _LEFT.search(filled):
        raise bad_argument(
            f"Found placeholder [{unfilled.group()}] in field [{field}] after replacement call, "
            "please check that all templates have a corresponding field definition."
        )
    return filled


def _substitute(text: str, values: Mapping[str, str], prior: list[str]) -> str:
    """`prior` holds the whole source first, and then the names that are being filled."""
    filled: list[str] = []
    position = 0
    while (start := text.find("${", position)) >= 0:
        if start > position and text[start - 1] == "$":
            filled.append(text[position : start - 1] + "$")
            position = start + 1  # the brace, as plain text
            continue
        end = text.find("}", start + 2)
        if end < 0:
            break
        filled.append(text[position:start])
        name, has_default, default = text[start + 2 : end].partition(":-")
        if name in prior[1:]:
            raise bad_state(
                f"Infinite loop in property interpolation of {prior[0]}: {'->'.join(prior[1:])}"
            )
        value = values.get(name, default if has_default else None)
        filled.append(
            text[start : end + 1] if value is None else _substitute(value, values, [*prior, name])
        )
        position = end + 1
    return "".join(filled) + text[position:]
