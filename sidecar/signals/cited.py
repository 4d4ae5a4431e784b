"""Which documents a query cites itself: a rule may spare them (`Rule.unless_cited`).

Whoever asks for "410 U.S. 113" or for "Roe v. Wade" wants that decision, overruled or not, and
knows what it is worth. A document is cited when, for one of its fields,

- the document's own citations hold one of the query's. An index keeps a decision's parallel
  citations there (410 U.S. 113, 93 S. Ct. 705, ...), at most MAX_PARALLEL; a field with more lists
  what the decision cites too, and then only the first is its own;
- or the whole text is the name of a case that the query holds. A statute's title is none.

Statutes are no decisions: a query for "42 U.S.C. § 1983" does not cite those that apply it.
"""

from sidecar.signals.search_reader import SearchReader
from sidecar.text.case_names import names_case
from sidecar.text.citations import DECISIONS, citations, may_cite

MAX_PARALLEL = 6


def cited(fields: tuple[str, ...], search: SearchReader) -> list[bool]:
    """Whether the query cites each document."""
    wanted = [citation for citation in search.citations if citation.form in DECISIONS]
    query_keys = {key for citation in wanted for key in citation.keys}

    def is_cited(text: str) -> bool:
        if not text:
            return False
        if names_case(search.query, text):
            return True
        return any(may_cite(text, each) for each in wanted) and not query_keys.isdisjoint(
            _own_keys(text)
        )

    columns = [search.texts(field) for field in fields]
    return [any(map(is_cited, row)) for row in zip(*columns, strict=True)]


def _own_keys(text: str) -> frozenset[str]:
    """The keys of the citations by which a document with this text in such a field is known."""
    in_order = sorted(citations(text, DECISIONS), key=lambda citation: citation.start)
    own = in_order if len(in_order) <= MAX_PARALLEL else in_order[:1]
    return frozenset(key for citation in own for key in citation.keys)
