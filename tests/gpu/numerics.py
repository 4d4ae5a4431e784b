"""Step `numerics`: do the graphs say here what torch says in fp32, alone and in company?"""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from sidecar.runtime.canonical import check_numbers
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
from tests.gpu.shapes import SHAPES
from tests.gpu.shared import SharedPrefix
from tests.gpu.shipped import VARIANTS, made
from tests.gpu.variants import Workshop, names
from tests.gpu.workloads import BUDGET, ONE_RUN, PAD, pairs_of, runs_of, scored

STEP = "numerics"
ON_CPU = "int8 on the CPU"
"""What the shipped model says today: orders are compared with its."""
LENGTHS = (40, 33, 90, 12, 150, 64, 90, 8)
PREFIX = 30
DOCUMENTS = {False: 400, True: 12}
"""Of each of the demo's collections; few when it is only tried."""


def run(bench: Bench) -> None:
    """All of the step's measurements that are not there yet."""
    once = bench.record.once
    for name in SHAPES:
        workshop = bench.workshop(name, tiny=True)
        for variant in names(workshop.shape):
            once(STEP, f"{name} | {variant}", lambda v=variant, w=workshop: parity(w, v, bench))
        if workshop.shape.decoder:
            once(STEP, f"{name} | prefix sharing", lambda w=workshop: sharing(w, bench))
    once(STEP, "shipped | canonical pairs", lambda: canonical(bench.device))
    for collection in CollectionName:
        for variant in (ON_CPU, *VARIANTS):
            once(
                STEP,
                f"{collection} | {variant}",
                lambda c=collection, v=variant: quality(c, v, bench),
            )


def parity(workshop: Workshop, variant: str, bench: Bench) -> Figures:
    """Logits beside torch's in fp32, scores alone beside those in company, and where nodes ran."""
    shape, graph = workshop.shape, workshop.graph(variant)
    pairs = pairs_of(
        LENGTHS, shape.vocabulary, np.random.default_rng(3), segments=shape.family == "bert"
    )
    reference = torch_logits(workshop, pairs)
    session = OnnxSession.open(workshop.folder, graph, bench.device)
    together = scored(session.run, pairs)
    alone = one_by_one(session, pairs)
    longest = max(pairs, key=len)
    padded = np.array([scored(session.run, [pair, longest])[0] for pair in pairs])
    difference = np.abs(alone - reference)
    return {
        "max_difference": float(difference.max()),
        "relative": float(difference.mean() / reference.std()),
        "company": company(alone, together, padded),
        "away": away(workshop, graph, pairs, bench.device),
    }


def torch_logits(workshop: Workshop, pairs: Sequence[ModelInput]) -> Logits:
    """By the fp32 network on the CPU, in the order of the pairs."""
    network = workshop.network  # made outside: a graph may still be traced from it

    def run(arrays: Batch) -> Tensors:
        given = [torch.from_numpy(getattr(arrays, name)) for name in shapes.inputs(workshop.shape)]
        with torch.no_grad():
            return {"logits": network(*given).numpy()}

    return scored(run, pairs)


def one_by_one(session: Session, pairs: Sequence[ModelInput]) -> Logits:
    """Logits of pairs, each in a run of its own."""
    return np.array([scored(session.run, [pair])[0] for pair in pairs])


def company(alone: Logits, *others: Logits) -> float:
    """Largest difference of a score (after the sigmoid) from that of the pair alone."""
    return max(float(np.abs(_sigmoid(other) - _sigmoid(alone)).max()) for other in others)


def _sigmoid(logits: Logits) -> NDArray[np.float64]:
    return 1 / (1 + np.exp(-logits.astype(np.float64)))


def away(
    workshop: Workshop, graph: Graph, pairs: Sequence[ModelInput], device: Device
) -> list[str]:
    """Nodes on activations that did not run on the device, by onnxruntime's own profile."""
    session = OnnxSession.open(workshop.folder, graph, device, profile=True)
    ((_, arrays),) = runs_of(pairs, ONE_RUN)
    session.run(arrays)
    return strays(session.end_profile(), PROVIDERS[device], arrays.input_ids.size)[:8]


def sharing(workshop: Workshop, bench: Bench) -> Figures:
    """A pair's logit with the prefix computed once, beside that of the whole pair by torch."""
    chance = np.random.default_rng(5)
    prefix = pairs_of([PREFIX], workshop.shape.vocabulary, chance, segments=False)[0].ids
    rest = pairs_of(LENGTHS, workshop.shape.vocabulary, chance, segments=False)
    whole = [ModelInput(np.concatenate([prefix, pair.ids]), None) for pair in rest]
    shared = SharedPrefix(
        workshop.folder, workshop.graph("prefix"), workshop.graph("documents"), bench.device
    )
    found = shared.score(prefix, rest, ONE_RUN)
    alone = np.array([shared.score(prefix, [pair], ONE_RUN)[0] for pair in rest])
    difference = np.abs(found - torch_logits(workshop, whole))
    return {"max_difference": float(difference.max()), "company": company(alone, found)}


def canonical(device: Device) -> Figures:
    """The shipped model's canonical pairs by each graph that allows the device."""
    folder = shipped_model()
    manifest = Manifest.read(folder)
    tokenizer = PairTokenizer.open(folder, manifest)
    found: Figures = {}
    for name, graph in manifest.graphs.items():
        if device in graph.devices:
            check_numbers(OnnxSession.open(folder, graph, device), manifest, name, tokenizer)
            found[name] = f"within {graph.canonical_tolerance}"
    return found


def quality(collection: CollectionName, variant: str, bench: Bench) -> Figures:
    """nDCG@10 over the demo's documents in the variant's order, and the first ten of each query."""
    folder = shipped_model()
    manifest = Manifest.read(folder)
    tokenizer = PairTokenizer.open(folder, manifest)
    assert tokenizer.pad_id == PAD
    session, single = _shipped(variant, manifest, bench)
    read = load(collection)
    documents = read.documents[: DOCUMENTS[bench.small]]
    found = [(document, 0.0) for document in documents]
    outcomes, orders = [], []
    for query in read.queries[: 2 if bench.small else None]:
        encoded = tokenizer.query(query.text)
        pairs = [tokenizer.whole(encoded, read.text(document)) for document in documents]
        logits = one_by_one(session, pairs) if single else scored(session.run, pairs, BUDGET)
        ranking = [(int(place), float(logits[place])) for place in np.argsort(-logits)]
        outcomes.append(Outcome(query, reordered(found, ranking), 0.0, 0.0))
        orders.append([documents[place].id for place, _ in ranking[:10]])
    quality = after(outcomes)
    return {"ndcg": round(quality.ndcg, 4), "queries": quality.queries, "first_ten": orders}


def _shipped(variant: str, manifest: Manifest, bench: Bench) -> tuple[Session, bool]:
    if variant == ON_CPU:
        return OnnxSession.open(shipped_model(), manifest.graphs["int8"], "cpu", threads=8), True
    graph = made(bench.work / "shipped", variant)
    return OnnxSession.open(bench.work / "shipped", graph, bench.device), False
