"""BM25F of documents with weighted fields: how well a query's terms are found, without a model.

For a document d, a term t of the query, a field f with weight w_f:

    tf(t, d) = sum over f of  w_f * occurrences of t in f / (1 - b + b * length of f / mean length)
    share(d) = sum over t of  idf(t) * tf / (k1 + tf)  /  sum over t of idf(t)

The sum is BM25F of Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond"
(2009), section 3.6; the divisor is what it approaches at most, so that a share is in [0, 1). Mean
lengths are over the given documents that have the field. idf, terms and their other forms are those
of `terms`.
"""

from collections.abc import Mapping, Sequence

from sidecar.text.folding import words
from sidecar.text.terms import Term, is_in, query_terms

K1, B = 1.2, 0.75
"""BM25's usual constants; the same `b` for every field."""

Texts = Mapping[str, str]
"""Field -> text."""


def bm25f(query: str, documents: Sequence[Texts], weights: Mapping[str, float]) -> list[float]:
    """Each document's share of the query, in [0, 1); 0 without a term of the query.

    Fields of weight 0 do not count, and those that `weights` does not name weigh 1.
    """
    terms = query_terms(query)
    total = sum(term.weight for term in terms)
    if not total:
        return [0.0] * len(documents)
    folded = [
        {name: words(text) for name, text in texts.items() if text and weights.get(name, 1.0)}
        for texts in documents
    ]
    means = _mean_lengths(folded)
    shares = []
    for texts in folded:
        factors = {
            name: weights.get(name, 1.0) / (1 - B + B * _length(text) / means[name])
            for name, text in texts.items()
        }
        found = 0.0
        for term in terms:
            tf = sum(factors[name] * _occurrences(term, text) for name, text in texts.items())
            found += term.weight * tf / (K1 + tf)
        shares.append(found / total)
    return shares


def _mean_lengths(documents: Sequence[Texts]) -> dict[str, float]:
    lengths: dict[str, list[int]] = {}
    for texts in documents:
        for name, text in texts.items():
            lengths.setdefault(name, []).append(_length(text))
    return {name: sum(each) / len(each) for name, each in lengths.items()}


def _length(folded: str) -> int:
    """Characters, at least 1: words in scripts with spaces, and characters in others, are about as
    long in every document of a field."""
    return max(1, len(folded))


def _occurrences(term: Term, folded: str) -> int:
    """How often the text has the term in any of its forms; 1 where it has its pieces apart."""
    if term.prefix in folded:
        spaced = folded.replace(" ", "  ")  # so that neighbours need not share the space between
        if count := sum(spaced.count(_spaced(form)) for form in term.forms):
            return count
    return int(is_in(term, folded))


def _spaced(form: str) -> str:
    """The form with two spaces within, and with one at its ends if it has any there."""
    spaced = form.replace(" ", "  ")
    return spaced[1:-1] if form.startswith(" ") else spaced
