"""Do structured fields pay? The `ecommerce` profile against the same model on less, by nDCG@10.

    python examples/ecommerce/proof.py DATA/dev/chorus --cache CACHE --plot proof.png

DATA/dev/chorus is a judged collection: corpus.jsonl {_id, fields}, queries.jsonl {_id, text} and
qrels.tsv (query, document, grade); the first two plain or as .zst (then the command zstd is run).
Every query's judged documents are ranked; queries whose documents are all relevant (grade >= 2) or
all not are left out; the gain is 2^grade - 1.

    title            the title alone, as plain text
    glued            title, brand, description and attributes as one plain text, whole
    glued, cut       the same, cut as the profile's passage might be: a harder rival
    model part       the profile's passage without its signals and matches
    profile          `ecommerce` as shipped
    profile, fitted  factors on its parts, chosen by coordinate ascent on the other folds' queries

Each pair is scored once, with explain; the answer's parts are kept in --cache, and fitting only
adds them up with other factors. Differences have a paired bootstrap interval over queries.
"""

import argparse
import asyncio
import hashlib
import json
import math
import re
import subprocess
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

import mappings
import sidecar
from sidecar.engine.loading import shipped_model
from sidecar.model import Control, Document, RankRequest
from sidecar.pipeline import Reranker

Floats = NDArray[np.float64]
Fields = Mapping[str, object]
Parts = dict[str, float]
"""A document's parts by "kind name"; they add up to its logit."""

RELEVANT = 2.0
CUT_TOKENS = 96
RESAMPLES = 10_000
FOLDS, REPEATS = 5, 2
STEPS = (0.0, 0.25, 0.5, 1.0, 1.5, 2.0)
GROUPS: Mapping[str, Callable[[str], bool]] = {
    "all matches": lambda part: part.startswith("field "),
    "match of title": lambda part: part == "field title",
    "match of description": lambda part: part == "field description",
    "brand": lambda part: part == "signal brand",
    "identifier": lambda part: part == "signal identifier",
    "other signals": lambda part: (
        part.startswith("signal ") and part not in ("signal brand", "signal identifier")
    ),
}
"""What a factor multiplies. The model's part keeps 1: only the ratio of the two orders anything."""


@dataclass(frozen=True)
class Query:
    """A query and its judged documents, each list in the same order."""

    text: str
    documents: tuple[Fields, ...]
    grades: Floats


@dataclass(frozen=True)
class Composition:
    """A way to ask: what is sent of a product, and under which profile."""

    name: str
    sent: Callable[[Fields], Document]
    profile: str = "plain"
    cut: int | None = None


def glued(fields: Fields) -> str:
    """What a service without fields is sent: all of them as one text."""
    head = [str(fields.get(name, "")) for name in ("title", "brand", "description")]
    attributes = fields.get("attributes")
    pairs = attributes.items() if isinstance(attributes, Mapping) else ()
    return " ".join(head + [f"{key} {value}" for key, value in pairs])


def product(fields: Fields) -> Document:
    """The fields under the profile's names, as an indexing step would write them.

    chorus has prices in cents, and as `name` a part number or a name; one with a digit and no
    space is taken for a number.
    """
    named = {name: value for name, value in fields.items() if name not in ("name", "price")}
    price, name = fields.get("price"), str(fields.get("name", ""))
    named |= {"price": price / 100} if isinstance(price, int | float) else {}
    named |= {"mpn": name} if re.fullmatch(r"\S*\d\S*", name) else {}
    return Document(fields=named, source=named, size=len(str(named)))


def text(of: Callable[[Fields], str]) -> Callable[[Fields], Document]:
    return lambda fields: Document(text=of(fields), source=of(fields), size=len(of(fields)))


COMPOSITIONS = (
    Composition("title", text(lambda fields: str(fields.get("title", "")))),
    Composition("glued", text(glued)),
    Composition("glued, cut", text(glued), cut=CUT_TOKENS),
    Composition("profile", product, profile="ecommerce"),
)
MODEL_PART, PROFILE, FITTED = "model part", "profile", "profile, fitted"


def load(folder: Path, most: int | None = None) -> list[Query]:
    """The collection's queries that tell rankings apart, the first `most` of them."""
    documents = {str(row["_id"]): row["fields"] for row in rows(folder / "corpus.jsonl")}
    texts = {str(row["_id"]): str(row["text"]) for row in rows(folder / "queries.jsonl")}
    judged: dict[str, dict[str, float]] = defaultdict(dict)
    for line in (folder / "qrels.tsv").read_text("utf-8").splitlines():
        query, document, grade = line.split("\t")
        if query in texts and document in documents:
            judged[query][document] = float(grade)
    return [
        Query(texts[query], tuple(documents[d] for d in grades), np.array([*grades.values()]))
        for query, grades in judged.items()
        if len({grade >= RELEVANT for grade in grades.values()}) == 2
    ][:most]


def rows(path: Path) -> list[dict[str, object]]:
    if path.exists():
        lines = path.read_text("utf-8")
    else:
        command = ["zstd", "-dqc", f"{path}.zst"]
        lines = subprocess.run(command, capture_output=True, check=True).stdout.decode()
    return [json.loads(line) for line in lines.splitlines()]


def score(queries: Sequence[Query], cache: Path) -> dict[str, list[list[Parts]]]:
    """Composition -> query -> document -> parts; scored, or read from the folder of caches."""
    cache.mkdir(parents=True, exist_ok=True)
    found: dict[str, list[list[Parts]]] = {}
    for composition in COMPOSITIONS:
        file = cache / f"{composition.name}-{_key(queries, composition)}.json".replace(", ", "-")
        if not file.exists():
            file.write_text(json.dumps(asyncio.run(ask(queries, composition))))
        found[composition.name] = json.loads(file.read_text())
    return found


async def ask(queries: Sequence[Query], composition: Composition) -> list[list[Parts]]:
    """The parts of every query's documents, from the service's own path, in this process."""
    reranker = Reranker.open(deadline_s=600)
    try:
        found = []
        for query in queries:
            request = RankRequest(
                query=query.text,
                documents=tuple(map(composition.sent, query.documents)),
                control=Control(profile=composition.profile, explain=True),
                order="input",
                max_document_tokens=composition.cut,
            )
            result = await reranker.rank(request)
            found.append([_by_name(entry["parts"]) for entry in result.explanations])
        return found
    finally:
        reranker.close()


def _by_name(parts: object) -> Parts:
    assert isinstance(parts, list)
    return {f"{part['kind']} {part['name']}": part["value"] for part in parts}


def _key(queries: Sequence[Query], composition: Composition) -> str:
    """Another one for another model, profile, code or data: an old cache is never read for new."""
    package = Path(sidecar.__file__).parent
    digest = hashlib.sha256((shipped_model() / "rerank.json").read_bytes())
    for source in [*sorted(package.rglob("*.py")), Path(__file__)]:
        digest.update(source.read_bytes())
    digest.update(mappings.profile_text(composition.profile).encode())
    for query in queries:
        digest.update(f"{query.text}\0{len(query.documents)}".encode())
        digest.update(str(query.documents).encode())
    return digest.hexdigest()[:16]


def ndcg(scores: Floats, grades: Floats, k: int = 10) -> float:
    """Gain 2^grade - 1, discount log2(place + 1); ties keep the collection's order."""
    discount = 1 / np.log2(np.arange(2, k + 2))
    gain = 2.0**grades - 1
    ranked = gain[np.argsort(-scores, kind="stable")][:k]
    best = np.sort(gain)[::-1][:k]
    ideal = float(best @ discount[: len(best)])
    return float(ranked @ discount[: len(ranked)]) / ideal if ideal else 0.0


def mrr(scores: Floats, grades: Floats, k: int = 10) -> float:
    relevant = grades[np.argsort(-scores, kind="stable")][:k] >= RELEVANT
    return 1 / (int(np.argmax(relevant)) + 1) if relevant.any() else 0.0


def folds(count: int, k: int, seed: int) -> list[NDArray[np.int64]]:
    """k disjoint test sets that cover 0..count-1, their sizes at most one apart."""
    order = np.random.default_rng(seed).permutation(count)
    return [np.sort(part) for part in np.array_split(order, k)]


def bootstrap(differences: Floats, resamples: int = RESAMPLES, seed: int = 7) -> tuple[float, ...]:
    """(2.5 %, 97.5 %) of the mean over resampled queries, and the share of means above 0."""
    chosen = np.random.default_rng(seed).integers(
        0, len(differences), (resamples, len(differences))
    )
    means = differences[chosen].mean(axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    return float(low), float(high), float((means > 0).mean())


@dataclass(frozen=True)
class Grouped:
    """A query's parts as columns: what no factor multiplies, and one column per group."""

    fixed: Floats
    groups: Floats
    grades: Floats

    @classmethod
    def of(cls, parts: Sequence[Parts], grades: Floats) -> "Grouped":
        columns = np.zeros((len(parts), len(_SETS)))
        fixed = np.zeros(len(parts))
        for row, document in enumerate(parts):
            for name, value in document.items():
                places = frozenset(group for group, takes in GROUPS.items() if takes(name))
                if places:
                    columns[row, _SETS.index(places)] += value
                else:
                    fixed[row] += value
        return cls(fixed, columns, grades)

    def scores(self, factors: Mapping[str, float]) -> Floats:
        """The logits with each part multiplied by the factors of the groups that it is in."""
        product = np.array([math.prod(factors[group] for group in places) for places in _SETS])
        return self.fixed + self.groups @ product


_SETS = [
    frozenset({"all matches"}),
    frozenset({"all matches", "match of title"}),
    frozenset({"all matches", "match of description"}),
    *(frozenset({group}) for group in ("brand", "identifier", "other signals")),
]
ONES = dict.fromkeys(GROUPS, 1.0)


def fit(queries: Sequence[Grouped]) -> dict[str, float]:
    """Factors by coordinate ascent on mean nDCG@10 from 1; a change must gain, so 1 wins ties."""

    def quality(factors: Mapping[str, float]) -> float:
        return float(np.mean([ndcg(query.scores(factors), query.grades) for query in queries]))

    best, reached = dict(ONES), quality(ONES)
    for _ in range(3):
        before = reached
        for group in GROUPS:
            for step in STEPS:
                if (found := quality({**best, group: step})) > reached + 1e-9:
                    best, reached = {**best, group: step}, found
        if reached == before:
            break
    return best


def cross_validated(
    queries: Sequence[Grouped],
) -> tuple[list[list[Floats]], list[dict[str, float]]]:
    """Per repeat each query's scores with factors that its own fold did not choose; all factors."""
    repeats, chosen = [], []
    for repeat in range(REPEATS):
        scores: list[Floats] = [np.empty(0)] * len(queries)
        for test in folds(len(queries), min(FOLDS, len(queries)), seed=repeat):
            held_out = set(test.tolist())
            factors = fit([query for at, query in enumerate(queries) if at not in held_out])
            chosen.append(factors)
            for at in held_out:
                scores[at] = queries[at].scores(factors)
        repeats.append(scores)
    return repeats, chosen


@dataclass(frozen=True)
class Measured:
    """Per query, averaged over repeats where there are some."""

    ndcg: Floats
    mrr: Floats

    @classmethod
    def of(cls, queries: Sequence[Query], *repeats: Sequence[Floats]) -> "Measured":
        def mean(measure: Callable[[Floats, Floats], float]) -> Floats:
            every = [
                [measure(s, q.grades) for s, q in zip(scores, queries, strict=True)]
                for scores in repeats
            ]
            return np.mean(every, axis=0)

        return cls(mean(ndcg), mean(mrr))


def measure(
    queries: Sequence[Query], parts: Mapping[str, list[list[Parts]]]
) -> tuple[dict[str, Measured], list[dict[str, float]]]:
    """Each way's quality in the order of the module's table, and the factors of every fold."""
    found = {
        name: Measured.of(queries, [np.array([sum(p.values()) for p in q]) for q in of])
        for name, of in parts.items()
        if name != PROFILE
    }
    of = parts[PROFILE]
    model = [np.array([_model(document) for document in query]) for query in of]
    whole = [np.array([sum(document.values()) for document in query]) for query in of]
    grouped = [Grouped.of(query, known.grades) for query, known in zip(of, queries, strict=True)]
    fitted, chosen = cross_validated(grouped)
    found[MODEL_PART] = Measured.of(queries, model)
    found[PROFILE] = Measured.of(queries, whole)
    found[FITTED] = Measured.of(queries, *fitted)
    return found, chosen


def _model(parts: Parts) -> float:
    return sum(value for name, value in parts.items() if name.startswith("model "))


def against(mine: Measured, rival: Measured) -> list[str]:
    """Difference with its interval, and wins, ties and losses, as cells of the table."""
    difference = mine.ndcg - rival.ndcg
    low, high, _ = bootstrap(difference)
    won, lost = int((difference > 1e-9).sum()), int((difference < -1e-9).sum())
    tally = f"{won}/{len(difference) - won - lost}/{lost}"
    return [f"{difference.mean():+.3f} [{low:+.3f}, {high:+.3f}]", tally]


def report(queries: Sequence[Query], found: Mapping[str, Measured], console: Console) -> None:
    """The table of all ways, and the queries on which the profile loses most."""
    table = Table(title=f"{len(queries)} queries, {sum(len(q.documents) for q in queries)} pairs")
    heads = ("", "nDCG@10", "MRR@10", "against title", "w/t/l", "against glued", "w/t/l")
    for at, head in enumerate(heads):
        table.add_column(head, justify="right" if at else "left", no_wrap=True)
    for name, one in found.items():
        rivals = [
            cell
            for rival in ("title", "glued")
            for cell in (["", ""] if rival == name else against(one, found[rival]))
        ]
        table.add_row(name, f"{one.ndcg.mean():.3f}", f"{one.mrr.mean():.3f}", *rivals)
    console.print(table)


def report_errors(
    queries: Sequence[Query],
    found: Mapping[str, Measured],
    parts: Mapping[str, list[list[Parts]]],
    console: Console,
) -> None:
    """The worst queries by the better rival, with what stood first there."""
    rival = np.maximum(found["title"].ndcg, found["glued"].ndcg)
    table = Table(title="where the profile loses most to the better of title and glued")
    for head in ("query", "profile", "title", "glued", "first by the profile (grade)"):
        table.add_column(head, no_wrap=True)
    for at in np.argsort(found[PROFILE].ndcg - rival, kind="stable")[:8]:
        first = int(np.argmax([sum(document.values()) for document in parts[PROFILE][at]]))
        title = str(queries[at].documents[first].get("title"))[:44]
        numbers = [f"{found[name].ndcg[at]:.2f}" for name in (PROFILE, "title", "glued")]
        table.add_row(queries[at].text, *numbers, f"{title} ({queries[at].grades[first]:.0f})")
    console.print(table)


def report_factors(chosen: Sequence[Mapping[str, float]], console: Console) -> None:
    """How the folds agree: a factor that most of them choose is no accident."""
    table = Table(title=f"factors that {len(chosen)} folds chose (1: as shipped)")
    for head in ("on", "median", "chosen"):
        table.add_column(head, no_wrap=True)
    for group in GROUPS:
        values = sorted(factors[group] for factors in chosen)
        counts = ", ".join(f"{value:g} x {values.count(value)}" for value in sorted({*values}))
        table.add_row(group, f"{np.median(values):g}", counts)
    console.print(table)


def plot(queries: Sequence[Query], found: Mapping[str, Measured], path: Path) -> None:
    """Left each way's nDCG@10 with its interval, right the profile's gain for each query."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.2), width_ratios=(1, 1.3))
    names = list(found)[::-1]
    means = np.array([found[name].ndcg.mean() for name in names])
    ends = np.array([bootstrap(found[name].ndcg)[:2] for name in names]).T
    colors = ["#2a6f97" if name.startswith(PROFILE) else "#b8c4cc" for name in names]
    spread = np.abs(ends - means)
    left.barh(names, means, xerr=spread, color=colors, ecolor="#444", capsize=2)
    left.set(xlim=(0.6, 1.0), xlabel="nDCG@10, 95 % interval over queries")
    for rival, shade in (("title", "#e07a5f"), ("glued", "#2a6f97")):
        gain = np.sort(found[PROFILE].ndcg - found[rival].ndcg)[::-1]
        right.step(np.arange(len(gain)), gain, where="mid", color=shade, label=f"over {rival}")
    right.axhline(0, color="#444", linewidth=0.8)
    right.set(xlabel=f"{len(queries)} queries, best first", ylabel="gain of the profile in nDCG@10")
    right.legend(frameon=False)
    figure.tight_layout()
    figure.savefig(path, dpi=90, metadata={"Software": None})
    plt.close(figure)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("collection", type=Path, help="folder of the judged collection")
    parser.add_argument("--cache", type=Path, required=True, help="folder for the pairs' parts")
    parser.add_argument("--plot", type=Path, help="PNG to draw (needs matplotlib)")
    parser.add_argument("--queries", type=int, help="only the first so many")
    given = parser.parse_args(arguments)
    queries = load(given.collection, given.queries)
    parts = score(queries, given.cache)
    found, chosen = measure(queries, parts)
    console = Console(width=120)
    report(queries, found, console)
    report_factors(chosen, console)
    report_errors(queries, found, parts, console)
    if given.plot:
        plot(queries, found, given.plot)


if __name__ == "__main__":
    main()
