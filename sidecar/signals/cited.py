"""Which documents a query cites itself: a rule may spare them (`Rule.unless_cited`).

Whoever asks for "410 U.S. 113" or for "Roe v. Wade" wants that decision, overruled or not, and
knows what it is worth. A document is cited when, for one of its fields,

- the document's own citations hold one of the query's. An index keeps a decision's parallel
  citations there (410 U.S. 113, 93 S. Ct. 705, ...), at most MAX_PARALLEL; a field with more lists
  what the decision cites too, and then only the first is its own;
- or the whole text is a name, of MIN_NAME_WORDS words or more, that the query holds.

Statutes are no decisions: a query for "42 U.S.C. § 1983" does not cite those that apply it.
"""

from sidecar.signals.search_reader import SearchReader
from sidecar.text.citations import DECISIONS, citations
from sidecar.text.terms import phrases

MAX_PARALLEL = 6
MIN_NAME_WORDS = 3


def cited(fields: tuple[str, ...], search: SearchReader) -> list[bool]:
    """Whether the query cites each document."""
    query_keys = {
        key for citation in search.citations if citation.form in DECISIONS for key in citation.keys
    }
    query = phrases(search.query)

    def is_cited(text: str) -> bool:
        if not text:
            return False
        name = phrases(text)
        # One space before each word and one at the end.
        if name in query and name.count(" ") > MIN_NAME_WORDS and not citations(text):
            return True
        return bool(query_keys and query_keys & own_keys(text))

    columns = [search.texts(field) for field in fields]
    return [any(map(is_cited, row)) for row in zip(*columns, strict=True)]


def own_keys(text: str) -> frozenset[str]:
    """The keys of the citations by which a document with this text in such a field is known."""
    in_order = sorted(citations(text, DECISIONS), key=lambda citation: citation.start)
    own = in_order if len(in_order) <= MAX_PARALLEL else in_order[:1]
    return frozenset(key for citation in own for key in citation.keys)
