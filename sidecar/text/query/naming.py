"""Whether a query names a field's value: a brand, a model number, a SKU, a GTIN.

A value is named when, squeezed to its letters and digits, it is a run of the query's words: the
query "sony wh1000xm4 case" names "WH-1000 XM4". Two kinds of values need more than that:

digits alone    must not be a number that means something else: a price ("laptop under 1000"), a
                quantity ("5000 mah"), a count ("1000 piece puzzle"). A number with neither a unit
                nor a bound may be an item's: "1000".
ordinary words  (ORDINARY: function words, and words of queries of every kind) name a brand such as
                On or Next only where the query writes a name: the value is the whole query, or the
                word has a capital that nothing else explains. The first word, which phones
                capitalise, must be all capitals, and half of the other words must begin with small
                letters: "shoes On for men", "ON shoes", not "Shoes On Sale".
"""

import re
from dataclasses import dataclass

from sidecar.text.query.price import COUNTED, price_spans
from sidecar.text.terms import MAX_TERMS, squeeze, words
from sidecar.text.units import amounts, quantities

RUN_WORDS = 8
"""Words that a brand or a model number has at most."""
ORDINARY = frozenset(
    # English function words
    "a about above after all am an and any are around as at away back be been before behind below "
    "between both but by can could did do does down each else ever every few for from get go goes "
    "got had has have he her here hers him his how i if in inside into is it its just know less "
    "let like made make many may me mine more most much must my near need never no non nor not "
    "now of off on once one only onto or other our out outside over own per plus pro same see she "
    "should since so some such than that the their them then there these they this those through "
    "to together too two under until up upon us use very via want was we well were what when "
    "where which while who whom whose why will with within without would yes yet you your "
    # what shoppers and readers write beside the thing that they search for
    "adult adults baby bad base basic best big boy boys buy case cheap classic clean color common "
    "cool cut day deal discount easy end extra fast fine first fit free fresh full gift girl girls "
    "good great half hard heavy high home hot house kid kids large last light line little live "
    "long look low main man max maximum men mens min mini minimum modern natural new next nice "
    "night old open order pack pair pick play price pure quick quiet real right run safe sale set "
    "short show simple size small smart soft solid special sport sports standard star strong style "
    "super sure thin thing things time top trend true unisex used warm week wide win woman "
    "women womens work young "
    "black blue brown gold gray green grey orange pink purple red silver white yellow "
    # German, French, Spanish, Italian
    "alle als am an auch auf aus bei bis das dem den der des die ein eine einem einen einer er es "
    "fur hat ich im ist ja kein keine mit nach neu nicht noch nur oder ohne sehr sich sie sind so "
    "um und unter vom von vor was wie wir zu zum zur "
    "au aux avec ce dans de du en et il je la le les ne nous ou par pas pour que qui sans sur un "
    "une vous al con da del di e el los las lo mas muy o para per piu por sin una uno y".split()
)
_CASED = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_COUNT = re.compile(rf"(?<![\d.,])[\d.,]++\s?[-–]?\s?{COUNTED}")


@dataclass(frozen=True, slots=True)
class Naming:
    """A query's runs of words, joined."""

    runs: frozenset[str]
    """All of up to RUN_WORDS words."""
    numbers: frozenset[str]
    """Those that hold no number with a unit, a bound or a count."""
    names: frozenset[str]
    """Those of words that the query writes as names, and the whole query."""

    @classmethod
    def of(cls, query: str) -> "Naming":
        """What the query's first MAX_TERMS words may name."""
        runs = _runs(words(query).split())
        proper, cased = [""], _CASED.findall(query)[:MAX_TERMS]
        for place, word in enumerate(cased):
            if _stands_out(place, cased):
                proper[-1] += f" {word}"
            elif proper[-1]:
                proper.append("")
        named = frozenset[str]().union(*(_runs(words(run).split()) for run in proper))
        return cls(runs, _unmeasured(query, runs), named | {squeeze(query)})

    def holds(self, value: str, min_length: int = 1) -> bool:
        """Whether the query names the value, which has `min_length` letters and digits at least."""
        squeezed = squeeze(value)
        if len(squeezed) < min_length or squeezed not in self.runs:
            return False
        if squeezed.isdigit():
            return squeezed in self.numbers
        return squeezed in self.names or not _ordinary(value)


def _runs(split: list[str]) -> frozenset[str]:
    split = split[:MAX_TERMS]
    return frozenset(
        "".join(split[start:end])
        for start in range(len(split))
        for end in range(start + 1, min(start + RUN_WORDS, len(split)) + 1)
    )


def _unmeasured(query: str, runs: frozenset[str]) -> frozenset[str]:
    """The runs of the query's pieces between its prices, quantities and counts."""
    if not any(map(str.isdigit, query)):
        return runs
    lower = query.lower()
    measured = [
        *price_spans(lower),
        *((quantity.start, quantity.end) for quantity in (*quantities(lower), *amounts(lower))),
        *(match.span() for match in _COUNT.finditer(lower)),
    ]
    pieces, begin = [], 0
    for start, end in sorted(measured):
        pieces.append(lower[begin : max(begin, start)])
        begin = max(begin, end)
    pieces.append(lower[begin:])
    return frozenset[str]().union(*(_runs(words(piece).split()) for piece in pieces))


def _stands_out(place: int, cased: list[str]) -> bool:
    """Whether the word's capital is a name's."""
    word = cased[place]
    if not word[0].isupper() or (place == 0 and (len(word) < 2 or not word.isupper())):
        return False
    first = cased[: cased[0][0].islower()]  # its capital says nothing about the others
    others = [*first, *cased[1:]]
    if place:
        others.remove(word)
    letters = [other[0] for other in others if other[0].isalpha()]
    return bool(letters) and 2 * sum(map(str.islower, letters)) >= len(letters)


def _ordinary(value: str) -> bool:
    return all(word.isdigit() or word in ORDINARY for word in words(value).split())
