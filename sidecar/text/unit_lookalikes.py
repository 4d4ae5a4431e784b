"""What looks like a unit after a number, and is read as none.

5g network, 802.11g     a mobile generation (one digit from 2 to 6 stuck to g), a standard
3 in 1, 100 in stock    `in` after a space is an inch only before the end, a sign or a screen
42M, size L, 3 v 2      a lone M is no metre; after a space v and w need a word or the end
NB-5L, DGS-1005G        codes
the "iPhone 15"         a quotation mark that closes one is no inch
15 HP laptops           without a word for an engine, hp is the maker
128G, 5G ROUTER         G is a gram in a title of capitals alone, and not of memory
"""

import re
from functools import lru_cache

_SCREEN = re.compile(
    r"\s*(?:$|[^\w\s]|(?:tvs?|monitors?|screens?|displays?|laptops?|wide|long|x)\b)",
    re.IGNORECASE,
)
_NOUN = re.compile(r"\s*$|[,;)]|\s+[^\W\d]")
_CODE = re.compile(r"(?<![^\W_])[A-Za-z]+-$")
"""Before a number and letters that are a code together: NB-5L."""
_MOBILE = re.compile(r"\s*(?:network|wi-?fi|phones?|smartphones?|lte|modem|router|sim|ready)\b")
_GENERATIONS = frozenset("23456")
_MEMORIES = frozenset(str(2**power) for power in range(3, 11))
"""What "128G" is of a phone, and grams of nothing."""
_STORAGE = re.compile(r"\b(?:SSD|HDD|RAM|ROM|USB|DDR\d?|EMMC|FLASH|MEMORY|DISK|DRIVE|NVME)\b")
_ENGINE = re.compile(
    r"\b(?:motors?|engines?|pumps?|compressors?|blowers?|mowers?|outboards?|tillers?|chippers?|"
    r"generators?|disposals?|disposers?|treadmills?|routers?|saws?|sanders?|vacs?|vacuums?|fans?|"
    r"grinders?|lathes?|mixers?|blenders?|boilers?|log splitter|mills?|hoists?|winch|washers?)\b",
    re.IGNORECASE,
)


def is_lookalike(text: str, match: re.Match[str]) -> bool:
    """Whether what looks like a unit is none; see the table above.

    `match` has the groups `number`, `gap` and `unit`; its places are those of the text, which is
    `cased`.
    """
    number, gap, after = match["number"], match["gap"], match.end()
    unit = text[match.start("unit") : after]
    if len(number) > 1 and number[0] == "0" and number.isdigit():
        return True  # the end of "1 000 W": a space parts thousands as often as two numbers
    if not gap and unit.isalpha() and _CODE.search(text, max(0, match.start() - 12), match.start()):
        return True
    match unit:
        case "G" if _weighs_in_capitals(text):
            return number in _GENERATIONS or number == "802.11" or number in _MEMORIES
        case "M" | "G":
            return True
        case "g":
            generation = number in _GENERATIONS
            return number == "802.11" or (
                generation and (not gap or _MOBILE.match(text, after) is not None)
            )
        case "v" | "w":
            return gap == " " and (len(number) < 2 or not _NOUN.match(text, after))
        case "in" | "In" | "IN":
            return gap == " " and "/" not in number and not _SCREEN.match(text, after)
        case '"' | "'":
            return (unit == "'" and gap != "") or after - 1 in _closing(text, unit)
        case "hp" | "HP" | "Hp":  # also a maker of computers
            return not _has_engine(text)
        case "cup" | "cups" | "Cup" | "Cups":
            return len(number) > 2 and number.isdecimal()  # "2022 cup final"
        case _:
            return False


# What a whole text says is found out once for it, and not once for each of its numbers.


@lru_cache(maxsize=16)
def _closing(text: str, mark: str) -> frozenset[int]:
    """The places of the marks that close what another one opened: one after a digit is a measure's,
    and one after a letter an apostrophe."""
    closing = set[int]()
    is_open = False
    for match in re.finditer(mark, text):
        place = match.start()
        if is_open:
            closing.add(place)
        is_open = not is_open and not (place and text[place - 1].isalnum())
    return frozenset(closing)


@lru_cache(maxsize=16)
def _has_engine(text: str) -> bool:
    return _ENGINE.search(text) is not None


@lru_cache(maxsize=16)
def _weighs_in_capitals(text: str) -> bool:
    """Whether G is a gram: in a title of capitals alone, and not of memory."""
    return text.isupper() and _STORAGE.search(text) is None
