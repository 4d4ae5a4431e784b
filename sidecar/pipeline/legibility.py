"""Whether a model's tokenizer knows a text's words, told from the ids that it made of it. Pure.

An English model given Russian sees single letters, and given Chinese mostly its unknown token; its
scores then say next to nothing, and nothing else tells the caller. A text is unread when FOREIGN of
its characters or more (spaces apart) are letters of another script than the Latin one, and

- UNKNOWN of its tokens or more are the unknown one,
- or it takes SPLIT tokens for a character or more. English takes 0.25, German 0.4 and a
  multilingual model's languages 0.25 to 0.45; the shipped English model takes 0.9 for Russian, 0.8
  for Greek and 1 for Arabic. Only letters of scripts that none of the model's languages is written
  in count here: in Chinese a character is a word, and a short word, such as a query's, may take a
  token for two characters in any language.

A text in ASCII is never looked at, another of 900 characters for some 50 microseconds at most.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sidecar.text.folding import UNSPACED_SIGNS

FOREIGN = 0.3
UNKNOWN = 0.2
SPLIT = 0.5
_FOREIGN = re.compile("[^\\W\\d_\\u0000-\\u024f\\u1e00-\\u1eff]+")
SCRIPTS: Mapping[str, str] = {
    "zh yue ja ko mul": UNSPACED_SIGNS,
    "ru uk be bg sr mk kk ky mn tg": "\u0400-\u052f",
    "ar fa ur ps ug sd ckb": "\u0600-\u06ff\u0750-\u077f",
    "hi mr ne sa": "\u0900-\u097f",
    "el": "\u0370-\u03ff\u1f00-\u1fff",
    "hy": "\u0530-\u058f",
    "he yi": "\u0590-\u05ff",
    "bn as": "\u0980-\u09ff",
    "pa": "\u0a00-\u0a7f",
    "gu": "\u0a80-\u0aff",
    "or": "\u0b00-\u0b7f",
    "ta": "\u0b80-\u0bff",
    "te": "\u0c00-\u0c7f",
    "kn": "\u0c80-\u0cff",
    "ml": "\u0d00-\u0d7f",
    "si": "\u0d80-\u0dff",
    "th": "\u0e00-\u0e7f",
    "lo": "\u0e80-\u0eff",
    "my": "\u1000-\u109f",
    "ka": "\u10a0-\u10ff",
    "am ti": "\u1200-\u139f",
    "km": "\u1780-\u17ff",
}
"""Languages, by their codes -> the letters of their script, for a class of a regular expression."""


@dataclass(frozen=True, slots=True)
class Legibility:
    """What of a model the question needs."""

    unknown_id: int | None
    """None where the tokenizer has no unknown token: then every text is split into known ones."""
    scripts: re.Pattern[str] | None
    """Letters of the scripts that its languages are written in; None for the Latin one alone."""

    @classmethod
    def of(cls, unknown_id: int | None, languages: Sequence[str]) -> "Legibility":
        """For a model of these languages."""
        read = {language.split("-")[0].lower() for language in languages}
        signs = "".join(signs for codes, signs in SCRIPTS.items() if read & set(codes.split()))
        return cls(unknown_id, re.compile(f"[{signs}]+") if signs else None)

    def unread(self, texts: Sequence[str], ids: Sequence[Sequence[int]]) -> bool:
        """Whether the model knows few of the words of the texts, read as one; `ids` are theirs."""
        if all(map(str.isascii, texts)):
            return False
        characters = sum(len(text) - text.count(" ") for text in texts)
        runs = [run for text in texts for run in _FOREIGN.findall(text)]
        foreign = sum(map(len, runs))
        if not foreign or foreign < FOREIGN * characters:
            return False
        tokens = sum(map(len, ids))
        if self.unknown_id is not None and tokens:
            unknown = sum(list(each).count(self.unknown_id) for each in ids)
            if unknown >= UNKNOWN * tokens:
                return True
        if tokens < SPLIT * characters:
            return False
        if self.scripts is not None:
            foreign -= sum(len(read) for run in runs for read in self.scripts.findall(run))
        return foreign >= FOREIGN * characters
