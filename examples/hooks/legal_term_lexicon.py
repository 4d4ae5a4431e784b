"""A hook for legal search: people ask in plain words, the law answers in its own.

    "can my landlord kick me out without a reason"  ->  eviction, ejectment, unlawful detainer, ...

When the query paraphrases a concept in plain words, documents that use one of its terms of art get
the part `legal_term_lexicon.terms`: STRENGTH times the share of the query's concepts that they
mention. A mention in the title or the summary counts in full, one in the text counts half. For such
a query the `summary` field, which is written more plainly, weighs more.

    rerank-sidecar serve --hooks examples/hooks/legal_term_lexicon.py
"""

import re
from collections.abc import Mapping, Sequence

from sidecar.hooks import Context, Fields, HookResult, QueryResult

STRENGTH = 1.0
SUMMARY_FACTOR = 1.5
PLACES = {"title": 1.0, "summary": 1.0, "text": 0.5}

# concept: (plain words, terms of art); each a regular expression of whole words
LEXICON: Mapping[str, tuple[str, str]] = {
    "eviction": (
        r"kick(ed|s|ing)? (me|us|him|her|them|a tenant|tenants) out"
        r"|throw(n|s)? out|lose my (home|flat)",
        r"evict\w*|ejectment|unlawful detainer|recovery of possession|summary possession",
    ),
    "dismissal": (
        r"(got|was|been|be|being|get) (fired|sacked)|fire (me|him|her|someone)|lost my job",
        r"(wrongful|unfair|constructive) (dismissal|termination|discharge)|at[- ]will",
    ),
    "personal injury": (
        r"(got|was|been) (hurt|injured)|slipp(ed)? and f[ea]ll|car (crash|accident)",
        r"negligen(ce|t)|duty of care|tort\w*|personal injury|premises liability",
    ),
    "non-payment": (
        r"(did not|didn't|won't|never|refuses to|not) pay(ing)?( me)?|owes? me|unpaid",
        r"default in payment|breach of (contract|covenant)|arrears|liquidated (debt|sum)",
    ),
    "inheritance": (
        r"who (gets|inherits)|(left|leaves) (me|us) (the|his|her)|died without a will",
        r"intesta(cy|te)|probate|devis(e|ee)|testa(tor|ment|mentary)|descent and distribution",
    ),
    "custody": (
        r"see(ing)? my (kids?|child(ren)?)|who (gets|keeps) the (kids|children)",
        r"(legal|physical|joint|sole) custody|parental (rights|responsibility)|visitation",
    ),
    "confidentiality": (
        r"keep (it|this|things|something) (secret|private)|tell(ing)? anyone|trade secrets?",
        r"confidential(ity)?|non[- ]?disclosure|proprietary information",
    ),
    "force majeure": (
        r"(pandemic|war|flood|earthquake|strike) (stops?|prevents?|hits?)|out of (our|my) control",
        r"force majeure|act of god|frustration of (contract|purpose)|impossibility",
    ),
    "limitation": (
        r"too late to (sue|claim)|how long do i have|deadline to (sue|claim)",
        r"statute of (limitations|repose)|limitation period|time[- ]barred|laches",
    ),
}  # fmt: skip
_PLAIN = {name: re.compile(rf"\b(?:{plain})\b", re.I) for name, (plain, _) in LEXICON.items()}
_TERMS = {name: re.compile(rf"\b(?:{terms})\b", re.I) for name, (_, terms) in LEXICON.items()}


def query_hook(query: str, context: Context) -> QueryResult:
    """More weight for the summary when the query is in plain words."""
    return QueryResult({"summary": SUMMARY_FACTOR}) if concepts(query) else QueryResult()


def document_hook(
    query: str, documents: Sequence[Fields], context: Context
) -> Sequence[HookResult]:
    """A part for every document that mentions what the query means."""
    meant = concepts(query)
    if not meant:
        return [HookResult()] * len(documents)
    return [HookResult({"terms": STRENGTH * share(meant, fields)}) for fields in documents]


def concepts(query: str) -> list[str]:
    """The concepts of which the query holds a plain paraphrase."""
    return [name for name, pattern in _PLAIN.items() if pattern.search(query)]


def share(names: Sequence[str], fields: Fields) -> float:
    """Mean over the concepts of the best place that has one of their terms, in [0, 1]."""
    total = 0.0
    for name in names:
        total += max(
            (
                worth
                for place, worth in PLACES.items()
                if isinstance(text := fields.get(place), str) and _TERMS[name].search(text)
            ),
            default=0.0,
        )
    return total / len(names)
