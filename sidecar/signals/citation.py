"""`citation`: the query's legal citations in a document's fields."""

from typing import Literal

from sidecar.schema import FieldNames
from sidecar.signals.search_reader import SearchReader
from sidecar.signals.signal import Signal
from sidecar.text.case_names import may_name_case, names_case
from sidecar.text.citations import cited_keys, near, related


class CitationSignal(Signal):
    """The share of the query's citation keys that the fields have too; 1 where a field is the name
    of a case that the query names: "Miranda v. Arizona".

    "Art. 28(3) GDPR" has two keys, so a field with "Art. 28 GDPR" has half of it.
    """

    kind: Literal["citation"]
    fields: FieldNames

    @property
    def reads(self) -> tuple[str, ...]:
        return self.fields

    def strengths(self, search: SearchReader) -> list[float]:
        """Fields are read only for the forms that the query uses, and not at all where it cites
        nothing."""
        query_keys = {key for citation in search.citations for key in citation.keys}
        if not query_keys and not may_name_case(search.query):
            return search.zeros()
        forms = related(citation.form for citation in search.citations)
        columns = [search.texts(field) for field in self.fields]
        strengths = []
        for row in zip(*columns, strict=True):
            if any(names_case(search.query, text) for text in row):
                strengths.append(1.0)
                continue
            found = set[str]()
            for part in (part for text in row for part in near(text, search.citations)):
                found |= cited_keys(part, forms)
                if query_keys <= found:
                    break
            strengths.append(len(query_keys & found) / len(query_keys) if query_keys else 0.0)
        return strengths
