"""Every regular expression that the service compiles, and the texts on which each is slowest.

python -m tests.attacks.patterns          every pattern on long texts; what is slow, slowest first
"""

import re
import sys
import time
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

ROOT = Path(__file__).parents[2]
PURE = ("contracts", "text", "signals", "fusion")
TIMES = 3
"""How often what may be repeated is repeated in a sample."""


def compiled_patterns() -> dict[str, re.Pattern[str]]:
    """What the pure packages compile on import and when the words are read, by its source. For a
    process of its own: it must be the first to import them."""
    found: dict[str, re.Pattern[str]] = {}
    compile_ = re._compile  # type: ignore[attr-defined]

    def noted(pattern: Any, flags: Any) -> Any:
        compiled = compile_(pattern, flags)
        if isinstance(compiled.pattern, str) and "sidecar" in _caller():
            found[compiled.pattern] = compiled
        return compiled

    re._compile = noted  # type: ignore[attr-defined]
    try:
        for package in PURE:
            for path in sorted((ROOT / "sidecar" / package).rglob("*.py")):
                name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
                import_module(name.removesuffix(".__init__"))
        import_module("sidecar.http.service").read_words()
    finally:
        re._compile = compile_  # type: ignore[attr-defined]
    return found


def _caller() -> str:
    frame: Any = sys._getframe(2)
    while frame is not None and "/re/" in frame.f_code.co_filename:
        frame = frame.f_back
    return str(frame.f_code.co_filename) if frame else ""


def attacks(pattern: re.Pattern[str]) -> Iterator[tuple[str, str]]:
    """(what leads to a repetition, what is repeated) for every repetition in the pattern: a text of
    the first, the second many times, and a letter that no pattern expects."""
    tree = parser.parse(pattern.pattern, pattern.flags & ~re.DEBUG)
    yield from _attacks(tree, "")
    yield from (("", blank) for blank in (" ", "a", "1", ".", ",", "-", "a ", "1 ", "1.", "A. "))


def _attacks(items: Any, before: str) -> Iterator[tuple[str, str]]:
    for code, argument in items:
        if code in (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT):
            _, most, body = argument
            if most > 1 and (sample := _sample(body)):
                yield before, sample
            yield from _attacks(body, before)
        elif code is codes.SUBPATTERN:
            yield from _attacks(argument[3], before)
        elif code is codes.ATOMIC_GROUP:
            yield from _attacks(argument, before)
        elif code is codes.BRANCH:
            for branch in argument[1][:20]:
                yield from _attacks(branch, before)
        before += _sample([(code, argument)])


def _sample(items: Any) -> str:
    """A text that the items match, about."""
    text = ""
    for code, argument in items:
        if code is codes.LITERAL:
            text += chr(argument)
        elif code is codes.NOT_LITERAL or code is codes.ANY:
            text += "a"
        elif code is codes.IN:
            text += _of_class(argument)
        elif code in (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT):
            least, most, body = argument
            text += _sample(body) * max(least, min(most, TIMES) if least else 0)
        elif code is codes.SUBPATTERN:
            text += _sample(argument[3])
        elif code is codes.ATOMIC_GROUP:
            text += _sample(argument)
        elif code is codes.BRANCH:
            text += _sample(argument[1][0])
    return text


def _of_class(items: Any) -> str:
    categories = {
        codes.CATEGORY_DIGIT: "1",
        codes.CATEGORY_SPACE: " ",
        codes.CATEGORY_WORD: "a",
        codes.CATEGORY_NOT_SPACE: "a",
        codes.CATEGORY_NOT_DIGIT: "a",
        codes.CATEGORY_NOT_WORD: "-",
    }
    negated = any(code is codes.NEGATE for code, _ in items)
    if negated:
        return "a"
    code, argument = items[0]
    if code is codes.LITERAL:
        return chr(argument)
    if code is codes.RANGE:
        return chr(argument[0])
    return categories.get(argument, "a")


def seconds(pattern: re.Pattern[str], text: str) -> float:
    """CPU time of a search through the text."""
    start = time.process_time()
    for match in pattern.finditer(text):
        del match
    return time.process_time() - start


def slowest(pattern: re.Pattern[str], length: int) -> tuple[float, str]:
    """CPU time of the worst of the pattern's attacks of about so many characters, and its start."""
    worst = (0.0, "")
    for before, unit in dict.fromkeys(attacks(pattern)):
        text = before + unit * (length // len(unit)) + "\0"
        worst = max(worst, (seconds(pattern, text), text[:60]))
    return worst


def main() -> None:
    length = int(sys.argv[1]) if len(sys.argv) > 1 else 4000
    patterns = compiled_patterns()
    rows = sorted(
        ((*slowest(pattern, length), source) for source, pattern in patterns.items()), reverse=True
    )
    print(f"{len(rows)} patterns on texts of {length} characters")
    for spent, text, source in rows[:40]:
        print(f"{spent * 1000:8.1f} ms  {text!r}  {source[:100]!r}")


if __name__ == "__main__":
    main()
