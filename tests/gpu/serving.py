"""Step `serving`: the 0.6B shape as a service, through the scheduler and over HTTP.

P1 (serving's anchor): requests of 64 pairs, 16 at once. The other: 100 documents, one at a time.
"""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
from tokenizers import AddedToken, Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers
from transformers.models.qwen2.tokenization_qwen2 import PRETOKENIZE_REGEX

from sidecar.runtime.canonical import canonical_pairs
from sidecar.runtime.families import FAMILIES
from sidecar.runtime.manifest import (
    TOKENIZER,
    CanonicalPair,
    Manifest,
    Padding,
    Prompt,
    sha256,
)
from sidecar.runtime.model_session import ModelSession
from sidecar.runtime.onnx_session import OnnxSession
from sidecar.runtime.runs import Layout
from sidecar.runtime.scheduler import Scheduler
from sidecar.runtime.session import ModelInput
from sidecar.runtime.tokenizer import PairTokenizer
from sidecar.workshop.bench.sidecar_over_http import SidecarOverHttp
from sidecar.workshop.bench.workload import Request, WordSource, count_tokens
from sidecar.workshop.demo.collections import CollectionName, load
from sidecar.workshop.model.canonical import PAIRS
from sidecar.workshop.model.families.decoder import INSTRUCTION, PREFIX, SUFFIX
from sidecar.workshop.model.folder_files import write_manifest
from sidecar.workshop.model.weights import graph_files
from sidecar.workshop.sidecar_process import SidecarProcess
from tests.gpu.bench import Bench
from tests.gpu.numerics import torch_logits
from tests.gpu.record import Figures
from tests.gpu.shape_graphs import MAX_TOKENS, ShapeGraphs
from tests.gpu.timing import figures, percentiles_ms
from tests.gpu.workloads import EQUAL_160, P1, PAD, Workload, pairs_of

STEP = "serving"
SHAPE = "qwen3-0.6b"
VARIANT = "fp16 fused"
AT_ONCE = 16
REQUESTS = 96
BUDGETS = (8_192, 16_384, 32_768)
SPECIAL_TOKENS = ("<|endoftext|>", "<|im_start|>", "<|im_end|>", "<think>", "</think>")
BODY = "<Instruct>: {instruction}\n<Query>: {query}\n<Document>:"


def run(bench: Bench) -> None:
    """Takes the measurements of the step that are missing."""
    graphs = bench.graphs(SHAPE)
    workloads = [(P1, AT_ONCE), (EQUAL_160, 1)]
    budgets = BUDGETS[:1] if bench.small else BUDGETS
    for by, measure in (("scheduler", through_scheduler), ("HTTP", over_http)):
        for budget in budgets:
            for workload, at_once in workloads:
                bench.record.once(
                    STEP,
                    key(by, workload, at_once, budget),
                    partial(measure, bench, graphs, workload, at_once, budget),
                )


def key(by: str, workload: Workload, at_once: int, budget: int) -> str:
    return f"{by} | {workload.name}, {at_once} at once | {budget}"


def through_scheduler(
    bench: Bench, graphs: ShapeGraphs, workload: Workload, at_once: int, budget: int
) -> Figures:
    """Requests of random ids by `at_once` threads, each waiting for its answer."""
    session = OnnxSession.open(graphs.folder, graphs.graph(VARIANT), bench.device)
    lengths = _lengths(workload, bench)
    layout = Layout(workers=1, intra_op_threads=1, token_budget=budget)
    scheduler = Scheduler(layout.workers)
    padding = Padding(side="right", token=SPECIAL_TOKENS[0])
    scorer = scheduler.add(
        ModelSession(SHAPE, session, layout, padding, PAD, FAMILIES["yes-no-decoder"])
    )
    rng = np.random.default_rng(4)
    requests = [
        pairs_of(lengths, graphs.shape.vocabulary, rng, segments=False)
        for _ in range(_count(bench, at_once))
    ]

    def timed(pairs: Sequence[ModelInput]) -> float:
        start = time.perf_counter()
        scorer.submit(pairs, time.monotonic() + 600).result()
        return time.perf_counter() - start

    try:
        return _measured(requests, timed, at_once, bench, graphs, lengths)
    finally:
        scheduler.close()


def _measured(
    requests: Sequence[Sequence[ModelInput]],
    timed: Callable[[Sequence[ModelInput]], float],
    at_once: int,
    bench: Bench,
    graphs: ShapeGraphs,
    lengths: Sequence[int],
) -> Figures:
    with ThreadPoolExecutor(at_once) as pool:
        list(pool.map(timed, requests[:at_once]))  # warm
        start = time.perf_counter()
        seconds = list(pool.map(timed, requests))
        wall = time.perf_counter() - start
    return _figures(seconds, wall, len(requests), bench, graphs, lengths)


def over_http(
    bench: Bench, graphs: ShapeGraphs, workload: Workload, at_once: int, budget: int
) -> Figures:
    """Texts of the workload's lengths over HTTP, to a sidecar in a process of its own."""
    folder = model_folder(bench, graphs)
    manifest = Manifest.read(folder)
    tokenizer = PairTokenizer.open(folder, manifest)
    lengths = _lengths(workload, bench)
    requests = list(texts(tokenizer, lengths, _count(bench, at_once)))
    settings = {
        "model": folder,
        "device": bench.device,
        "token_budget": budget,
        "deadline_ms": 600_000,
        "cache_mb": 0,  # the warm-up sends some of the texts too
    }
    with SidecarProcess(settings) as sidecar, SidecarOverHttp(sidecar.url, at_once) as client:
        client.run(tuple(requests[:at_once]))
        client.take_timings()
        start = time.perf_counter()
        client.run(tuple(requests))
        wall = time.perf_counter() - start
        seconds = [timing.seconds for timing in client.take_timings()]
    tokens = [
        len(tokenizer.whole(tokenizer.query(request.query), text))
        for request in requests[:2]
        for text in request.texts
    ]
    measured = _figures(seconds, wall, len(requests), bench, graphs, lengths)
    return measured | {
        "mean_tokens": round(float(np.mean(tokens)), 1),
        "meant": float(np.mean(lengths)),
    }


def texts(tokenizer: PairTokenizer, lengths: Sequence[int], requests: int) -> Iterator[Request]:
    """Requests whose pairs have about `lengths` tokens, the prompt included."""
    collected = [text for name in CollectionName for text in _collection_texts(name)]
    vocabulary = [word for text in collected for word in text.split()]
    # Within a text a word's token includes the space before it.
    words = WordSource(vocabulary, count_tokens(tokenizer, [f" {word}" for word in vocabulary]))
    for number in range(requests):
        rng = random.Random(number)
        query = words.query(rng)
        spent = tokenizer.max_tokens - tokenizer.query(query).room
        documents = [words.text(rng, max(4, length - spent)) for length in lengths]
        yield Request.of({"query": query, "documents": documents}, tokenizer.document_tokens)


def _figures(
    seconds: Sequence[float],
    wall: float,
    requests: int,
    bench: Bench,
    graphs: ShapeGraphs,
    lengths: Sequence[int],
) -> Figures:
    """Pairs/s over all requests, and percentiles of a request's time."""
    rates = figures([wall / requests], graphs.shape, lengths, bench.peak_tflops)
    return rates | percentiles_ms(seconds) | {"requests": requests, "rounds": 1}


def _lengths(workload: Workload, bench: Bench) -> tuple[int, ...]:
    return tuple(min(n, 100) for n in workload.lengths[:3]) if bench.small else workload.lengths


def _count(bench: Bench, at_once: int) -> int:
    if bench.small:
        return 4
    return REQUESTS if at_once > 1 else REQUESTS // 3


def model_folder(bench: Bench, graphs: ShapeGraphs) -> Path:
    """A model folder of the shape's fused fp16 graph, with torch's logits of canonical pairs."""
    folder = graphs.folder / "served"
    if (folder / "rerank.json").exists():
        return folder
    folder.mkdir(exist_ok=True)
    graph = graphs.graph(VARIANT)
    for file in sorted(graph_files(graph, graphs.folder)):
        (folder / file).unlink(missing_ok=True)
        (folder / file).hardlink_to(graphs.folder / file)
    byte_pairs(graphs.shape.vocabulary).save(str(folder / TOKENIZER), pretty=False)
    manifest = Manifest(
        format=1,
        name="random-qwen3",
        family="yes-no-decoder",
        languages=("en",),
        licence="none: random weights",
        max_tokens=MAX_TOKENS,
        prompt=Prompt(pieces=(PREFIX, BODY, " {document}", SUFFIX), instruction=INSTRUCTION),
        padding=Padding(side="right", token=SPECIAL_TOKENS[0]),
        graphs={"fp16": graph},
        files={file.name: sha256(file) for file in sorted(folder.iterdir())},
        canonical=[CanonicalPair(query=q, document=d, logits={"fp16": 0.0}) for q, d in PAIRS],
    )
    pairs = canonical_pairs(manifest, PairTokenizer.open(folder, manifest))
    logits = torch_logits(graphs, pairs)
    known = [
        pair.model_copy(update={"logits": {"fp16": float(logit)}})
        for pair, logit in zip(manifest.canonical, logits, strict=True)
    ]
    write_manifest(manifest.model_copy(update={"canonical": tuple(known)}), folder)
    return folder


def byte_pairs(vocabulary: int) -> Tokenizer:
    """Qwen's kind of tokenizer, its merges learnt from the prompt and the demo's texts."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(PRETOKENIZE_REGEX), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    trainer = trainers.BpeTrainer(
        vocab_size=min(16_000, vocabulary - len(SPECIAL_TOKENS)),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    corpus = [PREFIX, INSTRUCTION, SUFFIX, BODY] * 3
    corpus += [text for name in CollectionName for text in _collection_texts(name)]
    tokenizer.train_from_iterator(corpus, trainer)
    tokenizer.add_special_tokens([AddedToken(token, special=True) for token in SPECIAL_TOKENS])
    return tokenizer


def _collection_texts(name: CollectionName) -> list[str]:
    """The texts of one of the demo's collections."""
    collection = load(name)
    return [collection.text(document) for document in collection.documents]
