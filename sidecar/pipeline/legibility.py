"""Whether a model's tokenizer knows a text's words, told from the ids that it made of it. Pure.

An English model given Russian sees single letters, and given Chinese mostly its unknown token; its
scores then say next to nothing, and nothing else tells the caller. A text is unread when FOREIGN of
its characters or more (spaces apart) are letters of another script than the Latin one, and

- UNKNOWN of its tokens or more are the unknown one,
- or it takes SPLIT tokens for a character or more. English takes 0.25, German 0.4 and a
  multilingual model's languages 0.25 to 0.45; the shipped English model takes 0.9 for Russian, 0.8
  for Greek and 1 for Arabic. Not so for Chinese, Japanese and Korean in a model that reads one of
  them: there a character is a word.

A text in ASCII is never looked at, the others for some microseconds.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sidecar.text.folding import unspaced

FOREIGN = 0.3
UNKNOWN = 0.2
SPLIT = 0.5
_FOREIGN = re.compile("[^\\W\\d_\\u0000-\\u024f\\u1e00-\\u1eff]+")
BY_CHARACTER = frozenset({"zh", "yue", "ja", "ko", "mul"})
"""Languages, by their codes, whose readers take a character for a word; `mul` is all of them."""


@dataclass(frozen=True, slots=True)
class Legibility:
    """What of a model the question needs."""

    unknown_id: int | None
    """None where the tokenizer has no unknown token: then every text is split into known ones."""
    by_character: bool

    @classmethod
    def of(cls, unknown_id: int | None, languages: Sequence[str]) -> "Legibility":
        """For a model of these languages."""
        read = {language.split("-")[0].lower() for language in languages}
        return cls(unknown_id, bool(read & BY_CHARACTER))

    def unread(self, texts: Sequence[str], ids: Sequence[Sequence[int]]) -> bool:
        """Whether the model knows few of the words of the texts, read as one; `ids` are theirs."""
        if all(map(str.isascii, texts)):
            return False
        characters = sum(len(text) - text.count(" ") for text in texts)
        foreign = sum(len(run) for text in texts for run in _FOREIGN.findall(text))
        if not foreign or foreign < FOREIGN * characters:
            return False
        tokens = sum(map(len, ids))
        if self.unknown_id is not None and tokens:
            unknown = sum(list(each).count(self.unknown_id) for each in ids)
            if unknown >= UNKNOWN * tokens:
                return True
        return tokens >= SPLIT * characters and not (
            self.by_character and any(map(unspaced, texts))
        )
