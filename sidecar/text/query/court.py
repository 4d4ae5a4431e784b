"""The court that a query names, under the abbreviations that lawyers use.

The court of a citation does not count: "[2019] UKSC 12" and "12 F.3d 34 (9th Cir. 1994)" ask for a
decision.
"""

import re
from collections.abc import Sequence

from sidecar.search import Constraint, Fields
from sidecar.text.citations import without_citations
from sidecar.text.compose import read_value
from sidecar.text.query.extractor import Extractor, Satisfaction
from sidecar.text.query.vocabulary import Vocabulary, vocabulary_constraint

_ORDINALS = {
    "first": "1st",
    "second": "2d|2nd",
    "third": "3d|3rd",
    "fourth": "4th",
    "fifth": "5th",
    "sixth": "6th",
    "seventh": "7th",
    "eighth": "8th",
    "ninth": "9th",
    "tenth": "10th",
    "eleventh": "11th",
    "d.c.": "dc|d.c",
}


def _circuit(word: str, numbers: str) -> tuple[str, ...]:
    names = (word, *numbers.split("|"))
    return tuple(f"{name} {kind}" for name in names for kind in ("circuit", "cir", "cir."))


_SPELLINGS = {
    "us supreme court": (
        *("u.s. supreme court", "united states supreme court", "scotus"),
        "supreme court of the united states",
    ),
    "supreme court": (),
    "court of appeals": ("court of appeal", "appeals court", "appellate court"),
    "district court": ("us district court", "u.s. district court"),
    **{f"{word} circuit": _circuit(word, numbers) for word, numbers in _ORDINALS.items()},
    "federal circuit": ("fed. cir.",),
    "sdny": ("s.d.n.y.", "southern district of new york"),
    "edny": ("e.d.n.y.", "eastern district of new york"),
    "ndcal": ("n.d. cal.", "northern district of california"),
    "uk supreme court": ("uksc", "supreme court of the united kingdom"),
    "house of lords": ("ukhl",),
    "high court": ("ewhc", "high court of justice"),
    "england court of appeal": ("ewca", "court of appeal of england and wales"),
    "cjeu": (
        *("ecj", "eugh", "european court of justice", "court of justice of the european union"),
        *("gerichtshof der europaischen union", "europaischer gerichtshof"),
    ),
    "ecthr": ("egmr", "european court of human rights"),
    "bgh": ("bundesgerichtshof", "german federal court of justice"),
    "bverfg": ("bundesverfassungsgericht", "german constitutional court"),
    "bverwg": ("bundesverwaltungsgericht",),
    "bag": ("bundesarbeitsgericht",),
    "bfh": ("bundesfinanzhof",),
    "bsg": ("bundessozialgericht",),
    "olg": ("oberlandesgericht",),
    "china supreme people's court": ("supreme people's court", "最高人民法院", "最高法"),
}
_PARENTS = {
    "us supreme court": "supreme court",
    "uk supreme court": "supreme court",
    "england court of appeal": "court of appeals",
    **{f"{word} circuit": "court of appeals" for word in (*_ORDINALS, "federal")},
    **dict.fromkeys(("sdny", "edny", "ndcal"), "district court"),
}

_SHORT = re.compile(r"\b(?!(?-i:[A-Z]{3}))(?:bag|bgh|bfh|bsg|olg|ecj)\b", re.IGNORECASE)
"""In a query, these are courts only in capitals: "police search of a bag" names none."""

COURTS = Vocabulary(_SPELLINGS, _PARENTS)


def _extract(query: str, documents: Sequence[Fields]) -> Constraint | None:
    reading = COURTS.read(_SHORT.sub("_", without_citations(query)))
    return vocabulary_constraint("court", reading)


def _check(constraint: Constraint, value: object) -> Satisfaction:
    return COURTS.check(constraint.values, read_value(value), constraint.excluded)


COURT = Extractor("court", _extract, _check, ("court",))
