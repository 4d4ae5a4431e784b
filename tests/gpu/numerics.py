"""Step `numerics`: the graphs' logits beside torch's in fp32, alone and batched with others."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from sidecar.runtime.canonical import check_numbers
from sidecar.runtime.exit_session import graph_session
from sidecar.runtime.families import Logits
from sidecar.runtime.manifest import Graph, Manifest
from sidecar.runtime.model_folder import shipped_model
from sidecar.runtime.onnx_session import PROVIDERS, OnnxSession
from sidecar.runtime.options import Device
from sidecar.runtime.placement import strays
from sidecar.runtime.session import Batch, ModelInput, Session, Tensors
from sidecar.runtime.tokenizer import PairTokenizer
from sidecar.workshop.demo.collections import CollectionName, load
from sidecar.workshop.demo.outcome import Outcome, reordered
from sidecar.workshop.demo.quality import after
from tests.gpu import shapes
from tests.gpu.bench import Bench
from tests.gpu.record import Figures
from tests.gpu.shape_graphs import ShapeGraphs, names
from tests.gpu.shapes import SHAPES
from tests.gpu.shared_prefix import SharedPrefix
from tests.gpu.shipped_graphs import VARIANTS, shipped_graph
from tests.gpu.workloads import BUDGET, ONE_RUN, PAD, pairs_of, runs_of, scored

STEP = "numerics"
ON_CPU = "int8 on the CPU"
"""The shipped model as it is served on a CPU: other orders are compared with its order."""
LENGTHS = (40, 33, 90, 12, 150, 64, 90, 8)
PREFIX = 30
DOCUMENTS = {False: 400, True: 12}
"""Of each of the demo's collections, by `small`."""


def run(bench: Bench) -> None:
    """Takes the measurements of the step that are missing."""
    once = bench.record.once
    for name in SHAPES:
        graphs = bench.graphs(name, tiny=True)
        for variant in names(graphs.shape):
            once(STEP, f"{name} | {variant}", lambda v=variant, g=graphs: parity(g, v, bench))
        if graphs.shape.decoder:
            once(STEP, f"{name} | prefix sharing", lambda g=graphs: sharing(g, bench))
    once(STEP, "shipped | canonical pairs", lambda: canonical(bench.device))
    for collection in CollectionName:
        for variant in (ON_CPU, *VARIANTS):
            once(
                STEP,
                f"{collection} | {variant}",
                lambda c=collection, v=variant: quality(c, v, bench),
            )


def parity(graphs: ShapeGraphs, variant: str, bench: Bench) -> Figures:
    """Errors against torch in fp32, score differences in a batch, nodes that left the device."""
    shape, graph = graphs.shape, graphs.graph(variant)
    pairs = pairs_of(
        LENGTHS, shape.vocabulary, np.random.default_rng(3), segments=shape.family == "bert"
    )
    reference = torch_logits(graphs, pairs)
    session = OnnxSession.open(graphs.folder, graph, bench.device)
    together = scored(session.run, pairs)
    alone = one_by_one(session, pairs)
    longest = max(pairs, key=len)
    padded = np.array([scored(session.run, [pair, longest])[0] for pair in pairs])
    difference = np.abs(alone - reference)
    return {
        "max_difference": float(difference.max()),
        "relative": float(difference.mean() / reference.std()),
        "company": company(alone, together, padded),
        "away": nodes_off_device(graphs, graph, pairs, bench.device),
    }


def torch_logits(graphs: ShapeGraphs, pairs: Sequence[ModelInput]) -> Logits:
    """Logits of the fp32 network on the CPU, in the order of the pairs."""
    network = graphs.network  # made outside: a graph may still be traced from it

    def run(arrays: Batch) -> Tensors:
        tensors = [torch.from_numpy(getattr(arrays, name)) for name in shapes.inputs(graphs.shape)]
        with torch.no_grad():
            return {"logits": network(*tensors).numpy()}

    return scored(run, pairs)


def one_by_one(session: Session, pairs: Sequence[ModelInput]) -> Logits:
    """Logits of pairs, each in a run of its own."""
    return np.array([scored(session.run, [pair])[0] for pair in pairs])


def company(alone: Logits, *others: Logits) -> float:
    """Largest difference of a score (after the sigmoid) from that of the pair alone."""
    return max(float(np.abs(_sigmoid(other) - _sigmoid(alone)).max()) for other in others)


def _sigmoid(logits: Logits) -> NDArray[np.float64]:
    return 1 / (1 + np.exp(-logits.astype(np.float64)))


def nodes_off_device(
    graphs: ShapeGraphs, graph: Graph, pairs: Sequence[ModelInput], device: Device
) -> list[str]:
    """Nodes on activations that did not run on the device, by onnxruntime's own profile."""
    session = OnnxSession.open(graphs.folder, graph, device, profile=True)
    ((_, arrays),) = runs_of(pairs, ONE_RUN)
    session.run(arrays)
    return strays(session.end_profile(), PROVIDERS[device], arrays.input_ids.size)[:8]


def sharing(graphs: ShapeGraphs, bench: Bench) -> Figures:
    """A pair's logit with the prefix computed once, beside that of the whole pair by torch."""
    rng = np.random.default_rng(5)
    prefix = pairs_of([PREFIX], graphs.shape.vocabulary, rng, segments=False)[0].ids
    rest = pairs_of(LENGTHS, graphs.shape.vocabulary, rng, segments=False)
    whole = [ModelInput(np.concatenate([prefix, pair.ids]), None) for pair in rest]
    shared = SharedPrefix(
        graphs.folder, graphs.graph("prefix"), graphs.graph("documents"), bench.device
    )
    logits = shared.score(prefix, rest, ONE_RUN)
    alone = np.array([shared.score(prefix, [pair], ONE_RUN)[0] for pair in rest])
    difference = np.abs(logits - torch_logits(graphs, whole))
    return {"max_difference": float(difference.max()), "company": company(alone, logits)}


def canonical(device: Device) -> Figures:
    """The shipped model's canonical pairs by each graph that allows the device."""
    folder = shipped_model()
    manifest = Manifest.read(folder)
    tokenizer = PairTokenizer.open(folder, manifest)
    within: Figures = {}
    for name, graph in manifest.graphs.items():
        if device in graph.devices:
            check_numbers(graph_session(folder, graph, device), manifest, name, tokenizer)
            within[name] = f"within {graph.canonical_tolerance}"
    return within


def quality(collection: CollectionName, variant: str, bench: Bench) -> Figures:
    """nDCG@10 over the demo's documents in the variant's order, and the first ten of each query."""
    folder = shipped_model()
    manifest = Manifest.read(folder)
    tokenizer = PairTokenizer.open(folder, manifest)
    assert tokenizer.pad_id == PAD
    session, single = _shipped(variant, manifest, bench)
    bundled = load(collection)
    documents = bundled.documents[: DOCUMENTS[bench.small]]
    unranked = [(document, 0.0) for document in documents]
    outcomes, orders = [], []
    for query in bundled.queries[: 2 if bench.small else None]:
        encoded = tokenizer.query(query.text)
        pairs = [tokenizer.whole(encoded, bundled.text(document)) for document in documents]
        logits = one_by_one(session, pairs) if single else scored(session.run, pairs, BUDGET)
        ranking = [(int(index), float(logits[index])) for index in np.argsort(-logits)]
        outcomes.append(Outcome(query, reordered(unranked, ranking), 0.0, 0.0))
        orders.append([documents[index].id for index, _ in ranking[:10]])
    quality = after(outcomes)
    return {"ndcg": round(quality.ndcg, 4), "queries": quality.queries, "first_ten": orders}


def _shipped(variant: str, manifest: Manifest, bench: Bench) -> tuple[Session, bool]:
    if variant == ON_CPU:
        return OnnxSession.open(shipped_model(), manifest.graphs["int8"], "cpu", threads=8), True
    graph = shipped_graph(bench.work / "shipped", variant)
    return OnnxSession.open(bench.work / "shipped", graph, bench.device), False
