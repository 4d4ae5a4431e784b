"""The values that a field states about itself, from within lists and objects.

"repealed" · ["repealed", "replaced"]                        each of them
{"code": "repealed", "since": 2019}                          repealed: `code` states it
{"status": {"label": "Repealed"}, "active": false}           Repealed
{"en-GB": "Repealed", "de": "Aufgehoben"}                    both: keys of languages
{"restockable_in_days": 0, "reviewed": false}                none: these are other facts
"""

import re
from collections.abc import Iterator, Mapping

from sidecar.text.locales import language_of

STATING = frozenset(
    "value values label name key code id type text title status state treatment display "
    "displayname".split()
)
"""Keys under which an object has what it is, case and signs ignored."""
_SIGNS = re.compile(r"[\W_]+")


def stated(value: object, field: str = "") -> Iterator[object]:
    """The single values that state the field: of an object those under a key of STATING, of a
    language, or of the field's own name."""
    if isinstance(value, Mapping):
        own = plain_key(field.rpartition(".")[2])
        for key, part in value.items():
            name = str(key)
            if plain_key(name) in STATING or plain_key(name) == own or language_of(name):
                yield from stated(part, field)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from stated(part, field)
    else:
        yield value


def plain_key(key: str) -> str:
    """The key without case and signs: `is_in_stock` and `isInStock` are equal."""
    return _SIGNS.sub("", key.lower())
