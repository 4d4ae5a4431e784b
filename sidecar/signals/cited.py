"""Which documents a query cites itself: a rule may stay silent on them (`Rule.unless_cited`).

Who asks for "410 U.S. 113" or for "Roe v. Wade" wants that decision, overruled or not, and knows
what it is worth. A document is the one that is cited when of one of its fields

- the document's own citations hold one of the query's. An index keeps its parallel citations there
  (410 U.S. 113, 93 S. Ct. 705, ...), at most OWN; a field with more lists what the decision cites
  too, and then the first alone is its own;
- or the whole text is a name, of NAME_WORDS words or more, that stands in the query.

Statutes are no decisions: a query for "42 U.S.C. § 1983" does not cite those that apply it.
"""

from sidecar.signals.search_reader import Reading
from sidecar.text.citations import FORMS, STATUTES, citations
from sidecar.text.terms import phrases

OWN = 6
NAME_WORDS = 3
DECISIONS = tuple(name for name in FORMS if name not in STATUTES)


def cited(fields: tuple[str, ...], reading: Reading) -> list[bool]:
    """Whether the query cites each document."""
    keys = {key for one in reading.citations if one.form in DECISIONS for key in one.keys}
    query = phrases(reading.query)

    def names(text: str) -> bool:
        if not text:
            return False
        plain = phrases(text)
        if plain in query and plain.count(" ") > NAME_WORDS and not citations(text):
            return True
        return bool(keys and keys & own(text))

    columns = [reading.texts(field) for field in fields]
    return [any(map(names, row)) for row in zip(*columns, strict=True)]


def own(text: str) -> frozenset[str]:
    """The keys of the citations by which a document with this text in such a field is known."""
    found = sorted(citations(text, DECISIONS), key=lambda one: one.start)
    return frozenset(key for one in found[: OWN if len(found) <= OWN else 1] for key in one.keys)
