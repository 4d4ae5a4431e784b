"""The same key in other spellings: `sale_price`, `salePrice`, `Sale Price`, `g:sale_price`."""

import re
from functools import lru_cache

_NAMESPACE = re.compile(r"\{[^{}]*\}|https?://\S*[/#]|[^\W\d][\w-]{0,9}:(?=[^\W\d])")
"""`g:` of a Merchant feed, `{http://base.google.com/ns/1.0}` of XML, `http://schema.org/`."""
_SIGNS = re.compile(r"[\W_]+")
_OWN_MEANING = ("_", "@type", "@id", "@context", "@graph", "@value", "@language")
"""Keys that begin so are no other spelling of a word: `_score` is not `score`."""


@lru_cache(maxsize=16_384)
def normal(key: str) -> str:
    """The key without namespace, case and signs, by which spellings of a name are equal."""
    if key.startswith(_OWN_MEANING):
        return key
    return _SIGNS.sub("", _NAMESPACE.sub("", key, count=1).casefold()) or key
