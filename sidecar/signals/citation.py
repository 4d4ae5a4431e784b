"""The query's legal citations in a document's fields."""

from sidecar.profile import CitationSignal
from sidecar.signals.search_reader import Reading
from sidecar.text.citations import citation_keys, may_cite


def citation(signal: CitationSignal, reading: Reading) -> list[float]:
    """The share of the query's citation keys that the fields have too.

    "Art. 28(3) GDPR" has two keys, so a field with "Art. 28 GDPR" has half of it. Only the forms
    that the query uses are looked for, and nothing where it cites nothing.
    """
    wanted = {key for found in reading.citations for key in found.keys}
    if not wanted:
        return [0.0] * len(reading.search.documents)
    forms = tuple({found.form for found in reading.citations})
    columns = [reading.texts(field) for field in signal.fields]
    out = []
    for row in zip(*columns, strict=True):
        read = [text for text in row if any(may_cite(text, each) for each in reading.citations)]
        held = frozenset[str]().union(*(citation_keys(text, forms) for text in read))
        out.append(len(wanted & held) / len(wanted))
    return out
