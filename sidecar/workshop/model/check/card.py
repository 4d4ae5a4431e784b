"""README.md of a model folder: the manifest's numbers, for people.

Text between the two NOTES lines is the owner's and is kept; a README without these lines becomes
the notes as a whole.
"""

from collections.abc import Sequence
from pathlib import Path

from sidecar.runtime.manifest import MANIFEST, TOKENIZER, Graph, Manifest
from sidecar.runtime.measured import Check
from sidecar.workshop.model.check.quality import METRICS
from sidecar.workshop.model.folder_files import format_size, write_text
from sidecar.workshop.model.graphs import OPENVINO
from sidecar.workshop.model.weights import graph_files

CARD, PLOT = "README.md", "quality.png"
NOTES = ("<!-- notes: what you write from here -->", "<!-- to here is kept by `model check` -->")


def write_card(
    manifest: Manifest,
    folder: Path,
    *,
    max_queries: int | None = None,
    candidates: int | None = None,
) -> None:
    """Writes the card of a checked folder; its notes are kept."""
    path = folder / CARD
    notes = _notes(path.read_text(encoding="utf8") if path.is_file() else "")
    assert manifest.check is not None
    parts = [
        f"# {manifest.name}",
        _summary(manifest),
        "\n".join([NOTES[0], *([notes] if notes else []), NOTES[1]]),
        "## Files",
        _files(manifest, folder),
        *_quality(manifest, manifest.check, (folder / PLOT).is_file(), candidates),
        *_parity(manifest, manifest.check),
        "## Where it runs",
        _operators(manifest, manifest.check),
        "## To get the numbers again",
        _command(manifest, manifest.check, max_queries, candidates),
        *_sources(manifest),
    ]
    write_text(path, "\n\n".join(parts) + "\n")


def _notes(old: str) -> str:
    first, marker, rest = old.partition(NOTES[0])
    return (rest.partition(NOTES[1])[0] if marker else first).strip()


def _summary(manifest: Manifest) -> str:
    languages = ", ".join(manifest.languages) or "not stated"
    if manifest.encoding is not None:
        return (
            f"An encoder of texts for `rerank-sidecar`: it makes vectors of "
            f"{manifest.encoding.dimensions} numbers of texts of {manifest.max_tokens:,} tokens at "
            "most. What is measured of a pair is the cosine of its two vectors, which the tables "
            f"call its logit. Languages: {languages}. "
            f"Licence: {manifest.licence or 'not stated'}."
        )
    return (
        f"A {manifest.family} for reranking with `rerank-sidecar`: it reads a query and a "
        f"document together, {manifest.max_tokens:,} tokens at most, and gives one logit. The "
        f"score is sigmoid((logit - {manifest.bias:g}) / {manifest.temperature:g}). Languages: "
        f"{languages}. Licence: {manifest.licence or 'not stated'}."
    )


def _files(manifest: Manifest, folder: Path) -> str:
    descriptions = {TOKENIZER: "the tokenizer, without truncation or padding"}
    for name, graph in manifest.graphs.items():
        for file in graph_files(graph, folder) - set(graph.files):
            description = descriptions.get(file)
            descriptions[file] = (
                f"{description}, `{name}`" if description else f"weights of `{name}`"
            )
        descriptions[graph.file] = f"graph `{name}`: {_graph(graph)}"
        for number, file in enumerate(graph.files[1:], 2):
            descriptions[file] = f"part {number} of graph `{name}`"
    descriptions[MANIFEST] = (
        "the manifest: SHA-256 of each file, canonical pairs, all numbers of this page"
    )
    files = [file for file in descriptions if (folder / file).is_file()]
    sizes = {file: (folder / file).stat().st_size for file in files}
    rows = [[f"`{file}`", format_size(sizes[file]), descriptions[file]] for file in sorted(sizes)]
    return (
        _table(["file", "size", "what"], rows) + f"\n\n{format_size(sum(sizes.values()))} in all."
    )


def _graph(graph: Graph) -> str:
    runs = "one pair per run" if graph.runs == "single" else "padded runs"
    return f"{graph.precision} on {' and '.join(graph.devices)}, {runs}"


def _quality(manifest: Manifest, check: Check, plot: bool, candidates: int | None) -> list[str]:
    parts = ["## Quality"]
    if manifest.quality:
        ranked = "judged documents" if candidates is None else f"best {candidates} by BM25"
        parts.append(
            f"Over each query's {ranked}, by ir-measures (gain 2^grade - 1); in brackets "
            "the 95 % bootstrap interval over queries."
        )
        for metric in METRICS:
            rankers = list(manifest.quality)
            rows = [
                [
                    name,
                    str(count),
                    *(
                        _quality_cell(manifest, check, ranker, f"{name} {metric}")
                        for ranker in rankers
                    ),
                ]
                for name, count in check.queries.items()
            ]
            parts.append(_table([metric, "queries", *rankers], rows))
    else:
        parts.append("No judged collection was given: the quality of its orders is not measured.")
    if plot:
        parts.append(f"![logits and nDCG@10]({PLOT})")
    verdict = {True: "passed", False: "FAILED", None: "not measured"}[check.gate.passed]
    return [*parts, f"Gate for the quantised graphs: **{verdict}**. {_sentence(check.gate.reason)}"]


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."


def _quality_cell(manifest: Manifest, check: Check, ranker: str, key: str) -> str:
    low, high = check.intervals[ranker][key]
    return f"{manifest.quality[ranker][key]:.3f} ({low:.3f} to {high:.3f})"


def _parity(manifest: Manifest, check: Check) -> list[str]:
    """How far exporting and quantising moved the logits."""
    rows = [
        [
            f"`{name}`",
            set_name,
            str(entry.pairs),
            f"{entry.spearman:.4f}",
            f"{entry.kendall:.4f}",
            f"{entry.max_difference:.3g}",
            f"{entry.mean_difference:.3g}",
        ]
        for name, sets in check.parity.items()
        for set_name, entry in sets.items()
    ]
    if not rows:
        return []
    header = ["graph or engine", "pairs of", "pairs", "Spearman", "Kendall", "max", "mean"]
    float_weights = [
        f"Of `{name}` these weights {reason}, where int8 moved the logits most: "
        + ", ".join(f"`{weight}`" for weight in weights)
        + "."
        for name, entry in manifest.quantization.items()
        for reason, weights in (
            ("are multiplied as floats", entry.float_products),
            ("stayed float", entry.float_weights),
        )
        if weights and name == "int8"
    ]
    invariance = ", ".join(f"`{name}` {value:.2g}" for name, value in check.invariance.items())
    return [
        "## Parity",
        f"Logits beside those of {check.against}: rank correlations, largest and mean difference.",
        _table(header, rows),
        *float_weights,
        f"Largest change of a score by the pairs that run with it: {invariance}.",
    ]


def _operators(manifest: Manifest, check: Check) -> str:
    rows = []
    for name, operators in check.operators.items():
        time = ", ".join(
            f"{op_type} {100 * share:.0f} %"
            for op_type, share in list(operators.cpu_share.items())[:4]
        )
        lacking = ", ".join(operators.without_cuda) or "none"
        rows.append([f"`{name}`", str(sum(operators.counts.values())), time, lacking])
    header = ["graph", "nodes", "time on a CPU (measured)", "without a CUDA kernel (by table)"]
    return _table(header, rows)


def _command(
    manifest: Manifest, check: Check, max_queries: int | None, candidates: int | None
) -> str:
    command = "rerank-sidecar model check DIR"
    if check.against is not None and manifest.origin is not None:
        command += f" --against {manifest.origin.source}"
    elif check.against is not None:
        command += " --against SOURCE"
    command += "".join(f" --judged {name}" for name in check.queries)
    if max_queries is not None and check.queries:
        command += f" --max-queries {max_queries}"
    if candidates is not None and check.queries:
        command += f" --pool bm25:{candidates}"
    measured = {**check.parity, **manifest.quality}
    command += "".join(f" --{name}" for name in measured if name.startswith(OPENVINO))
    return f"```\n{command}\n```"


def _sources(manifest: Manifest) -> list[str]:
    if not manifest.sources:
        return []
    rows = [[source.name, source.licence, f"{source.rows:,}"] for source in manifest.sources]
    return ["## Sources", _table(["collection", "licence", "rows"], rows)]


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
