"""The names of cases: their parties, in whatever way they are written.

    miranda v arizona         Miranda v. Arizona · MIRANDA vs. State of ARIZONA, Respondent
    united states v nixon     United States v. Nixon · U.S. v. Nixon
    re gault                  In re Gault · Matter of Gault
    r v dudley                R v Dudley · Regina v. Dudley · The Queen v Dudley

A statute's title is none: "Noise by-law", "Companies Act 2006".
"""

import re
from functools import lru_cache

from sidecar.text.folding import phrases

MAX_CHARACTERS = 200
_VERSUS = re.compile(r"\s(?:v|vs|versus|gegen|against|contra|c\.|\./\.)\.?\s", re.IGNORECASE)
_RE = re.compile(
    r"\b(?:in the matter of|in re|matter of|ex parte|re)\b:?(?!\w)|(?<=\w)\s*\((?:re)\)",
    re.IGNORECASE,
)
_AFTER_NAME = re.compile(r"\s*(?:[\[(]|,\s*\d).*", re.DOTALL)
"""A citation or a date after the name: "Donoghue v Stevenson [1932] AC 562"."""
_UNITED_STATES = re.compile(r"\bU\.?\s?S\.?A?\.?(?=\s+(?:v|vs)\b)")
_CROWN = re.compile(r"\b(?:regina|rex|the (?:queen|king)|h(?:er|is) majesty)\b", re.IGNORECASE)
_NOISE = re.compile(
    r" (?:the|state of|people of|commonwealth of|city of|inc|corp|corporation|co|company|ltd|"
    r"limited|llc|llp|lp|plc|gmbh|ag|kg|ohg|sa|sarl|spa|srl|nv|bv|pty|"
    r"et al|et|al|and others|others|and|ors|"
    r"anor|another|petitioners?|respondents?|appellants?|appellees?|plaintiffs?|defendants?)(?= )"
)


@lru_cache(maxsize=4096)
def case_name(text: str) -> str | None:
    """The parties of a text that is the name of a case, as words; None for all other texts."""
    if len(text) > MAX_CHARACTERS:
        return None
    name = _plain(_AFTER_NAME.sub("", text.strip()))
    before, versus, after = name.partition(" v ")
    if versus:
        return name if before.strip() and after.strip() else None
    return name if name.startswith(" re ") and name != " re " else None


@lru_cache(maxsize=64)
def parties_in(query: str) -> str:
    """The query in the form of `case_name`, in which such a name is found as a phrase."""
    return _plain(query)


def may_name_case(query: str) -> bool:
    """Whether the query may hold the name of a case at all."""
    plain = parties_in(query)
    return " v " in plain or " re " in plain


def names_case(query: str, text: str) -> bool:
    """Whether the query holds the name of the case that the text is."""
    if not may_name_case(query):
        return False
    name = case_name(text)
    return name is not None and name in parties_in(query)


def _plain(text: str) -> str:
    text = _UNITED_STATES.sub("United States", text)
    text = _RE.sub(" re ", _CROWN.sub("r", _VERSUS.sub(" v ", f" {text} ")))
    plain = phrases(text)
    while (shorter := _NOISE.sub("", plain)) != plain:
        plain = shorter
    return plain
