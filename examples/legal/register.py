"""Legal searches with judgements: passages that people judged, in records whose fields are made.

    python examples/legal/register.py COLLECTION OUT [--searches 240]

COLLECTION is a judged collection of legal texts (corpus.jsonl, queries.jsonl, qrels.tsv), such as
CUAD's contract clauses, whose relevant passages lawyers marked. Each passage becomes the text of a
decision with a court, a date, citations, a count of citing decisions and a status, all drawn at
random. A search asks the collection's question, and in turn also for one of the fields, in words
that differ from the field's:

    topic          the question alone
    court          "..., 9th cir."                 of "Court of Appeals for the Ninth Circuit"
    jurisdiction   "... in germany"
    year           "... since 2011"
    statute        "... under section 1983"        of "42 U.S.C. § 1983"
    citation       "..., 410 U.S. 113"             as its own, and in the texts of others

A relevant passage whose record has what is asked for is graded 3, without it 1; one that is no good
law is graded one less, or 0 with --strict, and other passages 0. In half of the records the field
is as asked for, so neither text nor field decides alone. Court, date, count and status do not
depend on the passage: what rewards them where nobody asks can only lose. Such searches show whether
a profile reads its fields and what its weights cost; they do not show how much lawyers care for a
court or a year.
"""

import argparse
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sidecar.workshop.model.check.judged_collection import Pool, read_judged, write_judged

RELEVANT, OTHERS = 6, 12
"""Passages of a pool, at most."""
NO_GOOD_LAW = 0.15
"""Share of the records whose status says so."""
CLAIMANTS, DEFENDANTS = ("Mara", "Okoye", "Lind", "Ferro"), ("Harrow", "Vale", "Osei")
STATUSES = ("overruled", "No longer in force", "reversed", "vacated")
Record = dict[str, Any]


@dataclass(frozen=True)
class Demand:
    """What a search may ask of a field: the query's words, and values that have it or have not."""

    kind: str
    words: str
    """With {} for the question."""
    having: Callable[[random.Random], Record]
    lacking: Callable[[random.Random], Record]


def _fields(**values: Sequence[object]) -> Callable[[random.Random], Record]:
    return lambda rng: {name: rng.choice(list(of)) for name, of in values.items()}


def _of_years(first: int, last: int) -> Callable[[random.Random], Record]:
    return lambda rng: {"date": f"{rng.randint(first, last)}-{rng.randint(1, 12):02d}-15"}


COURTS = (
    ("9th cir.", "United States Court of Appeals for the Ninth Circuit"),
    ("second circuit", "United States Court of Appeals for the Second Circuit"),
    ("scotus", "Supreme Court of the United States"),
    ("s.d.n.y.", "United States District Court for the Southern District of New York"),
    ("bgh", "Bundesgerichtshof"),
    ("olg münchen", "Oberlandesgericht München"),
    ("uk supreme court", "United Kingdom Supreme Court"),
    ("cjeu", "Court of Justice of the European Union"),
)
JURISDICTIONS = (
    ("germany", "Germany"),
    ("california", "California"),
    ("the united kingdom", "United Kingdom"),
    ("france", "France"),
    ("new york", "New York"),
)
STATUTES = (
    ("section 1983", "42 U.S.C. § 1983"),
    ("art. 28 GDPR", "Article 28(3) of Regulation (EU) 2016/679"),
    ("§ 433 BGB", "§ 433 Abs. 2 BGB"),
    ("title VII", "42 U.S.C. § 2000e-2"),
    ("rule 12(b)(6)", "Fed. R. Civ. P. 12(b)(6)"),
)
CITATIONS = ("410 U.S. 113", "347 U.S. 483", "539 F.3d 1012", "[2019] UKSC 41", "BGHZ 45, 212")


def demands() -> dict[str, list[Demand]]:
    """By kind."""
    of_kinds: dict[str, list[Demand]] = {"topic": [Demand("topic", "{}", _fields(), _fields())]}
    for kind, words, pairs in (
        ("court", "{}, {asked}", COURTS),
        ("jurisdiction", "{} in {asked}", JURISDICTIONS),
        ("statute", "{} under {asked}", STATUTES),
    ):
        of_kinds[kind] = [
            Demand(
                kind,
                words.replace("{asked}", asked),
                _fields(**{kind: [value]}),
                _fields(**{kind: [other for _, other in pairs if other != value]}),
            )
            for asked, value in pairs
        ]
    of_kinds["year"] = [
        Demand("year", f"{{}} since {year}", _of_years(year, 2024), _of_years(1970, year - 1))
        for year in (1995, 2005, 2011)
    ] + [
        Demand("year", f"{{}} before {year}", _of_years(1970, year - 1), _of_years(year, 2024))
        for year in (1990, 2000)
    ]
    of_kinds["citation"] = [
        Demand(
            "citation",
            f"{{}}, {cited}",
            _fields(citations=[cited]),
            _fields(citations=[other for other in CITATIONS if other != cited]),
        )
        for cited in CITATIONS
    ]
    return of_kinds


def record(text: str, rng: random.Random) -> Record:
    """A decision with this text, and fields at random."""
    good = rng.random() > NO_GOOD_LAW
    return {
        "title": f"{rng.choice(CLAIMANTS)} v. {rng.choice(DEFENDANTS)}",
        "court": rng.choice(COURTS)[1],
        "jurisdiction": rng.choice(JURISDICTIONS)[1],
        "date": f"{rng.randint(1970, 2024)}-06-15",
        "citations": f"{rng.randint(100, 900)} F.2d {rng.randint(100, 1400)}",
        "statute": rng.choice(STATUTES)[1],
        "cited_by": int(rng.lognormvariate(3, 1.5)),
        "status": "good law" if good else rng.choice(STATUSES),
        "text": text,
    }


def graded(
    pool: Pool, texts: dict[str, str], demand: Demand, rng: random.Random, strict: bool
) -> list[tuple[Record, int]]:
    """Records and their grades, in random order."""
    ids = list(pool.grades)
    rng.shuffle(ids)
    relevant = [each for each in ids if pool.grades[each] > 0][:RELEVANT]
    others = [each for each in ids if pool.grades[each] == 0][:OTHERS]
    made = []
    for place, each in enumerate(rng.sample([*relevant, *others], len(relevant) + len(others))):
        has = bool(place % 2)
        fields = record(texts[each], rng) | (demand.having if has else demand.lacking)(rng)
        grade = 3 if has or demand.kind == "topic" else 1
        if fields["status"] != "good law":
            grade = 0 if strict else grade - 1
        made.append((fields, grade if each in relevant else 0))
    return made


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("collection", type=Path, help="folder of the judged collection")
    parser.add_argument("out", type=Path, help="folder to write")
    parser.add_argument("--searches", type=int, default=240)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--strict", action="store_true", help="what is no good law is no answer")
    options = parser.parse_args()
    rng = random.Random(options.seed)
    judged = read_judged(options.collection, None, 1.0)
    pools = [pool for pool in judged.pools if sum(grade > 0 for grade in pool.grades.values()) > 1]
    of_kinds = demands()
    corpus, queries, grades = [], [], []
    for number, pool in enumerate(rng.sample(pools, min(options.searches, len(pools)))):
        demand = rng.choice(of_kinds[[*of_kinds][number % len(of_kinds)]])
        queries.append({"_id": f"q{number}", "text": demand.words.format(pool.query.rstrip("?"))})
        for place, (fields, grade) in enumerate(
            graded(pool, judged.texts, demand, rng, options.strict)
        ):
            name = f"q{number}d{place}"
            corpus.append({"_id": name, "text": fields["text"], "fields": fields})
            grades.append((f"q{number}", name, grade))
    write_judged(options.out, corpus, queries, grades)


if __name__ == "__main__":
    main()
