"""A search as signals read it: each field read once for all of them, each demand read once."""

import time
from collections.abc import Mapping, Sequence, Set
from functools import cached_property

from sidecar.search import Constraint, Fields, Search
from sidecar.text.agreement import QuantityRange
from sidecar.text.citations import Citation
from sidecar.text.compose import read_value
from sidecar.text.folded_texts import FoldedTexts
from sidecar.text.plain_documents import without_markup
from sidecar.text.query import EXTRACTORS, READ_CHARACTERS
from sidecar.text.query.citation import cited_in
from sidecar.text.query.codes import Codes
from sidecar.text.query.extractor import Extractor, Satisfaction
from sidecar.text.query.naming import Naming
from sidecar.text.query.quantity import requested_quantities
from sidecar.text.terms import Term, query_terms
from sidecar.text.tidy import tidy_all, tidy_query
from sidecar.text.values import WITHOUT_TEXT, number

READ_FIELD_CHARACTERS = 10_000
"""Of a field, from its start, are what signals, rules and match strengths read: 1,500 words. A
50 KB field then costs as much as ten short ones, and no more."""


class SearchReader:
    """A search's query, and its documents' fields as columns: one entry per document."""

    def __init__(
        self,
        search: Search,
        now: float | None = None,
        all_of: Set[str] = frozenset(),
        extractors: Mapping[str, Extractor] = EXTRACTORS,
        marked_up: Set[str] = frozenset(),
    ) -> None:
        """`now` is seconds since 1970 for decays from "now"; the clock's when None. `all_of` are
        the fields of whose lists every item must satisfy a constraint or a rule; of others one.
        `extractors` are the profile's. `marked_up` are the fields that may hold HTML still."""
        self.all_of = all_of
        self.extractors = extractors
        self.query = tidy_query(search.query[:READ_CHARACTERS])
        self.documents: Sequence[Fields] = search.documents
        self.constraints: Mapping[str, Constraint] = search.constraints
        self.context: Mapping[str, object] = search.context
        self._names = frozenset[str]().union(*set(map(tuple, search.documents)))
        """The fields that any document has."""
        self.verdicts: dict[tuple[Constraint, str], list[Satisfaction]] = {}
        """What fields say of constraints, as far as it was asked."""
        self._now = now
        self._marked_up = marked_up
        self._values: dict[str, list[object]] = {}
        self._texts: dict[str, list[str]] = {}
        self._folded: dict[str, FoldedTexts | None] = {}

    def values(self, field: str) -> list[object]:
        """The field's values, tidy and without HTML; None where it is missing."""
        if (column := self._values.get(field)) is None:
            column = self.given(field)
            if _has_any(column):
                if field in self._marked_up:
                    column = [v if type(v) in WITHOUT_TEXT else without_markup(v) for v in column]
                column = tidy_all(column)
            self._values[field] = column
        return column

    def given(self, field: str) -> list[object]:
        """The field's values as the documents have them. `a.b` is also read from inside `a`."""
        if field in self._names:
            column = [fields.get(field) for fields in self.documents]
        else:
            column = [None] * len(self.documents)
        if "." not in field:
            return column
        return [
            _inside(fields, field) if value is None else value
            for value, fields in zip(column, self.documents, strict=True)
        ]

    def present(self, fields: Sequence[str]) -> list[str]:
        """Those of the fields that a document has, or may have inside another: most profiles name
        more than are there."""
        return [field for field in fields if field in self._names or "." in field]

    def texts(self, field: str) -> list[str]:
        """The values as text; "" where there is none."""
        if (column := self._texts.get(field)) is None:
            column = [
                (value if type(value) is str else _text(value))[:READ_FIELD_CHARACTERS]
                for value in self.values(field)
            ]
            self._texts[field] = column
        return column

    def folded(self, field: str) -> FoldedTexts | None:
        """The texts, folded; None where no document has the field."""
        if field not in self._folded:
            any_value = _has_any(self.values(field))
            self._folded[field] = FoldedTexts(self.texts(field)) if any_value else None
        return self._folded[field]

    def numbers(self, field: str) -> list[float | None]:
        """The values as numbers; None where there is none."""
        return [None if value is None else number(value) for value in self.values(field)]

    def zeros(self) -> list[float]:
        """The strengths of a signal about which the search says nothing."""
        return [0.0] * len(self.documents)

    def context_value(self, name: str) -> object:
        """What the search's context holds under a name such as `price` or `user.price`."""
        return _inside(self.context, name)

    @cached_property
    def now(self) -> float:
        """Seconds since 1970."""
        return time.time() if self._now is None else self._now

    @cached_property
    def terms(self) -> tuple[Term, ...]:
        """The query's terms, without the words for what it excludes: no match rewards those."""
        terms = query_terms(self.query)
        unwanted = self._unwanted_words
        return tuple(term for term in terms if term.text not in unwanted) if unwanted else terms

    @cached_property
    def _unwanted_words(self) -> frozenset[str]:
        constraints = self.constraints.values()
        return frozenset[str]().union(*(constraint.excluded_words for constraint in constraints))

    @cached_property
    def naming(self) -> Naming:
        """The names that the query holds."""
        return Naming.of(self.query)

    @cached_property
    def codes(self) -> Codes:
        """The codes that it may name."""
        return Codes.of(self.naming, self.query)

    @cached_property
    def quantities(self) -> tuple[QuantityRange, ...]:
        """The quantities that the query asks for."""
        return requested_quantities(self.query)

    @cached_property
    def citations(self) -> tuple[Citation, ...]:
        """The legal citations that the query asks for."""
        return cited_in(self.query).wanted


def _has_any(column: Sequence[object]) -> bool:
    """Whether a document has a value: most profiles name more fields than are there."""
    return column.count(None) < len(column)


def _text(value: object) -> str:
    return "" if value is None else read_value(value)


def _inside(fields: Mapping[str, object], name: str) -> object:
    if name in fields:
        return fields[name]
    value: object = fields
    for step in name.split("."):
        if not isinstance(value, Mapping):
            return None
        value = value.get(step)
    return value
