"""Legal citations in a text, normalised: two spellings of a source have the same keys.

    form          read, among other spellings                              its keys
    case          410 U.S. 113 · 410 U. S. 113 · 5 U.S. (1 Cranch) 137     410 us 113
    neutral       [2019] UKSC 12 · 2019 UKSC 12 · 2019 SCC 65              2019 uksc 12
    reported      [1990] 2 AC 605 · (1992) 175 CLR 1 · AIR 1973 SC 1461    1990 2 ac 605
    series        BGHZ 45, 212 · BGE 145 III 229 · NJW 2011, 2871          bghz 45 212
    docket        VIII ZR 123/20 · C-131/12 · 1:19-cv-01234                viii zr 123/20
    usc           42 U.S.C. § 1983 · 42 USC 1983 · Section 1983            42 usc 1983
    constitution  U.S. Const. amend. IV · Fourth Amendment                 us const amend4
    code          Art. 28(3) GDPR · Art. 28 Abs. 3 DSGVO · § 433 BGB       gdpr 28, gdpr 28(3)
    chinese       《民法典》第十二条第二款 · 民法第709条                     民法典 12, 民法典 12(2)

A citation has a key for each level that it names, so "Art. 28(3) GDPR" shares the article with
"Art. 28 GDPR" and the paragraph too with its equal. Hyphens, spaces, brackets and digits of any
width are one (`form.plain`).

read         the citations of a text
nearby       where a text may cite what a query cites
form         what a citation is
keys         what keys say of each other
decisions    forms case, neutral, reported, series
reporters    the US law reporters among them
dockets      form docket
european     acts and cases of the European Union
american     forms usc, constitution; popular names
codes        form code: places in laws
laws         which law a place belongs to
places       places without their law: marks, numbers, steps
states       codes of US states
eastern      form chinese; Chinese dockets
vocabulary   names of laws and reports: `mappings/vocabularies/law`, `report`

eyecite reads more US cases. It is not used here: it takes 2.5 ms for a text of 1 KB and 46 MB,
needs six packages, and a score must not depend on what happens to be installed. `reporters` has its
table, and tests compare the forms `case` and `usc` with it.
"""

from sidecar.text.citations.form import Citation
from sidecar.text.citations.keys import leaves, wider
from sidecar.text.citations.nearby import may_cite, near
from sidecar.text.citations.read import (
    DECISIONS,
    FORMS,
    STATUTES,
    citation_keys,
    citations,
    cited_keys,
    related,
    without_citations,
)

__all__ = [
    "DECISIONS",
    "FORMS",
    "STATUTES",
    "Citation",
    "citation_keys",
    "citations",
    "cited_keys",
    "leaves",
    "may_cite",
    "near",
    "related",
    "wider",
    "without_citations",
]
