"""A text as the tokens in which names and negations are looked for.

    "Kleid, nicht d'or"  ->  kleid · nicht · d · or        "不要红色"  ->  不 · 要 · 红 · 色

Words are folded as in `folding`; Chinese, Japanese and Korean, which have no spaces, are one
token per character.
"""

import re
from collections.abc import Iterable
from typing import Generic, NamedTuple, TypeVar

from sidecar.text.folding import fold, unspaced, words

Meaning = TypeVar("Meaning")

_CHARACTER = "\u3005\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff"
_TOKEN = re.compile(f"[{_CHARACTER}]|[^\\W_{_CHARACTER}]+")
_MEETING = re.compile(
    f"(?<=[{_CHARACTER}])(?=[^\\W_{_CHARACTER}])|(?<=[^\\W_{_CHARACTER}])(?=[{_CHARACTER}])"
)
_ELISION = re.compile(r"\b([dl])['’](?=\w)", re.IGNORECASE)
_JOINED = re.compile("[\u3005-\u309f\u3400-\u9fff]")
"""Characters that make longer words: Han and hiragana. Katakana begins a word of its own."""


class Token(NamedTuple):
    """A word or a character, and what stands between it and the token before it."""

    word: str
    gap: str


def tokens(text: str) -> list[Token]:
    """The text's tokens, in order."""
    text = fold(_unelided(text))
    found, end = [], 0
    for match in _TOKEN.finditer(text):
        found.append(Token(match[0], text[end : match.start()]))
        end = match.end()
    return found


def apart(text: str) -> str:
    """The text with a space wherever a character of Chinese, Japanese or Korean meets a word of
    letters: "不要Nike" names Nike."""
    return _MEETING.sub(" ", text) if unspaced(text) else text


def token_pattern() -> re.Pattern[str]:
    """What matches one token."""
    return _TOKEN


def token_words(text: str) -> list[str]:
    """The words of `tokens` alone, for texts whose signs say nothing."""
    if unspaced(text):
        return [token.word for token in tokens(text)]
    return words(_unelided(text)).split()


def _unelided(text: str) -> str:
    """The text with a space for an elision's apostrophe: "bracelet d'argent"."""
    # Most texts have none: the pattern alone took half of the time to look for what is excluded.
    return _ELISION.sub(r"\1 ", text) if "'" in text or "’" in text else text


def stands_alone(of: list[Token], place: int) -> bool:
    """Whether a single character is a word by itself: 黒 in "黒 マウス", "黒マウス" and "黒の靴".

    It is none in a longer word: 黒板, 目黒.
    """
    before = place > 0 and not of[place].gap and _JOINED.match(of[place - 1].word)
    after = place + 1 < len(of) and not of[place + 1].gap and of[place + 1].word
    return not before and not (after and after not in "のな" and _JOINED.match(after))


class PhraseTable(Generic[Meaning]):
    """Phrases of tokens and what they mean, found by their first token: a walk over a text costs
    the same however many phrases there are."""

    def __init__(self, phrases: Iterable[tuple[str, Meaning]]) -> None:
        """Of two equal phrases the first counts."""
        self._meanings: dict[tuple[str, ...], Meaning] = {}
        lengths: dict[str, set[int]] = {}
        for phrase, meaning in phrases:
            if split := tuple(token_words(phrase)):
                self._meanings.setdefault(split, meaning)
                lengths.setdefault(split[0], set()).add(len(split))
        self._lengths = {first: sorted(each, reverse=True) for first, each in lengths.items()}
        """Of the phrases that begin with a token, the longest first."""
        self.firsts = frozenset(lengths)
        """The tokens with which the phrases begin."""

    def at(
        self, of: list[str], place: int, before: int | None = None
    ) -> tuple[int, Meaning] | None:
        """(the end of the longest phrase that begins there, its meaning); `before` is the place
        that it may not reach beyond."""
        last = len(of) if before is None else min(before, len(of))
        for length in self._lengths.get(of[place], ()):
            end = place + length
            if end <= last and (phrase := tuple(of[place:end])) in self._meanings:
                return end, self._meanings[phrase]
        return None
