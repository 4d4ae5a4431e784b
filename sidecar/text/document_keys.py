"""Which of a document's keys hold which field of a profile.

A field is looked for under its spellings: its name and its aliases. A spelling is found

- as the key itself, or written otherwise: `sale_price` is also `salePrice`, `Sale Price`,
  `SALE-PRICE` and `g:sale_price` (`normal`); the key as it is spelled goes first;
- or as a path: a dot steps into an object, a list of attributes or each object of a list. A key
  may hold dots itself: for `offers.price` the key `offers.price` goes before `price` inside
  `offers`.

Keys are looked up, not spellings: a profile may know two hundred, and a document has twenty keys.
"""

from collections.abc import Iterable, Mapping, Sequence, Set
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple

from sidecar.text.key_sets import by_keys
from sidecar.text.key_values import of_pairs
from sidecar.text.objects import connected, has_minor_units, in_units
from sidecar.text.spelling import normal

MAX_KNOWN_KEYS = 10_000
"""Keys whose candidates are remembered, the latest used: some feeds have keys that never repeat."""


class Candidate(NamedTuple):
    """A place at which a field may be; the lowest of a field's candidates that holds a value is
    read."""

    field: int
    rank: int
    """The spelling's place among the field's."""
    inexact: bool
    """Whether the key is written otherwise than the spelling."""
    dots: int
    """Steps from the key into its value: of two ways to read a path, the longer key goes first."""
    steps: str
    """The path inside the key's value; "" for the value itself."""


Place = tuple[Candidate, str]
"""A candidate and its key."""


class DocumentKeys:
    """The spellings of a profile's fields, by the keys at which they begin."""

    def __init__(self, spellings: Iterable[Sequence[str]]) -> None:
        """`spellings`: of each field, in the order in which they count."""
        self._exact: dict[str, list[Candidate]] = {}
        self._normal: dict[str, list[Candidate]] = {}
        self.candidates = lru_cache(MAX_KNOWN_KEYS)(self._candidates)
        """What a key may hold; empty for a key that the profile does not know."""
        for field, of_field in enumerate(spellings):
            for rank, spelling in enumerate(of_field):
                for head, dots, steps in heads(spelling):
                    exact = Candidate(field, rank, False, dots, steps)
                    self._exact.setdefault(head, []).append(exact)
                    self._normal.setdefault(normal(head), []).append(exact._replace(inexact=True))

    def places(self, keys: tuple[str, ...]) -> tuple[tuple[int, tuple[Place, ...]], ...]:
        """Where the fields of an object with these keys may be: each that it may have, and its
        places, best first."""
        # By the key last: of two that spell a name otherwise the same one is always read.
        places = sorted((each, key) for key in keys for each in self.candidates(key))
        by_field = groupby(places, key=lambda place: place[0].field)
        return tuple((field, tuple(of_field)) for field, of_field in by_field)

    def _candidates(self, key: str) -> tuple[Candidate, ...]:
        exact = self._exact.get(key, [])
        ranks = {candidate._replace(inexact=True) for candidate in exact}
        others = (c for c in self._normal.get(normal(key), ()) if c not in ranks)
        return (*exact, *others)

    def whole(self, key: str) -> bool:
        """Whether the key's whole value is a field, rather than something inside it."""
        return any(not candidate.steps for candidate in self.candidates(key))


class Container:
    """A value that many fields look inside: opened, and its keys looked over, once for all."""

    __slots__ = ("_alike", "_keys", "value")

    def __init__(self, value: object) -> None:
        self.value = _opened(value)
        self._alike = _alike(self.value)
        """The object, or those of the list where all have the same keys; else none."""
        self._keys = _by_normal(self._alike[0]) if self._alike else {}

    def lacks(self, name: str) -> bool:
        """Whether there is surely nothing under a key that is `name` by `normal`."""
        return name not in self._keys and bool(self._alike)

    def lacks_all(self, names: Set[str]) -> bool:
        """Whether it `lacks` each of the names."""
        return bool(self._alike) and names.isdisjoint(self._keys)

    def inside(self, steps: str) -> object:
        """What the dotted path leads to, as `inside` has it."""
        keys = self._keys.get(normal(steps), ())
        if len(keys) != 1 or "." in steps or has_minor_units(self._alike[0], steps):
            return _inside_opened(self.value, steps)
        (key,) = keys
        if self._alike[0] is self.value:
            return self._alike[0][key]
        return _flat([part for item in self._alike if (part := item[key]) is not None])


def _alike(value: object) -> Sequence[dict[str, object]]:
    if isinstance(value, dict):
        return (value,)
    if not value or not isinstance(value, list | tuple) or not isinstance(value[0], dict):
        return ()
    keys = tuple(value[0])
    alike = all([isinstance(item, dict) and tuple(item) == keys for item in value])
    return value if alike and connected(value[0]) is None else ()


def inside(value: object, steps: str) -> object:
    """What the dotted path leads to; None where there is nothing. Of a list of objects it is the
    list of what each has."""
    return _inside_opened(_opened(value), steps) if steps else value


def _opened(value: object) -> object:
    """The value with a list of attributes as one object, and a connection as its list."""
    match value:
        case str() | int() | float():
            return value
        case dict():
            return value if (nodes := connected(value)) is None else _opened(nodes)
        case list() | tuple():
            return value if (attributes := of_pairs(value)) is None else attributes
        case _:
            return value


def _inside_opened(value: object, steps: str) -> object:
    """`inside` of a value that is `_opened` already: many fields look inside one."""
    match value:
        case dict() | Mapping():
            return _in_object(value, steps)
        case list() | tuple():
            found = [
                _in_object(item, steps)
                if isinstance(item, dict) and connected(item) is None
                else inside(item, steps)
                for item in value
            ]
            return _flat([part for part in found if part is not None])
        case _:
            return None


def _in_object(value: Mapping[str, object], steps: str) -> object:
    if "." not in steps:  # nearly all paths
        if (held := value.get(steps)) is None and (held := _entry(value, steps)) is None:
            return None
        return in_units(value, steps, held)
    for head, _, rest in heads(steps):
        if (held := _entry(value, head)) is not None and (found := inside(held, rest)) is not None:
            return in_units(value, head, found)
    return None


def _entry(value: Mapping[str, object], name: str) -> object:
    if (held := value.get(name)) is not None:
        return held
    if (others := _by_normal(value).get(normal(name))) is None:
        return None  # most often: none of the aliases of this kind
    return next((part for key in others if (part := value[key]) is not None), None)


@by_keys
def _by_normal(keys: tuple[str, ...]) -> Mapping[str, Sequence[str]]:
    """Of each key without case and signs the keys that are written so."""
    found: dict[str, list[str]] = {}
    for key in keys:
        found.setdefault(normal(key), []).append(key)
    return found


def _flat(values: list[object]) -> object:
    """The items of lists within the list beside its other items; None of an empty list."""
    if list in map(type, values):
        values = [
            item for value in values for item in (value if isinstance(value, list) else [value])
        ]
    return values or None


@lru_cache(maxsize=4096)
def heads(path: str) -> tuple[tuple[str, int, str], ...]:
    """(key, steps left, those steps) for each way to read the path, the longest key first."""
    parts = path.split(".")
    return tuple(
        (".".join(parts[:end]), len(parts) - end, ".".join(parts[end:]))
        for end in range(len(parts), 0, -1)
        if all(parts[:end]) or end == len(parts)
    )
