"""Qwen3-Reranker-0.6B's shape with random weights: export, int8, sizes and speed on this machine.

    python examples/decoder/speed.py WORK --lengths 128 256 512

Needs the extra `build`, about 8 GB of memory and 6 GB of disk in WORK, where finished files stay
for the next run. The weights are random, so only sizes and speed mean anything. A pair is as many
random ids as --lengths says; each run scores one unpadded pair, with one worker per core, as the
service does on a CPU. The graphs take turns, and the best round is shown: other work on the machine
only makes a round slower. It affects the CPU seconds of a pair less than the pairs a second.
"""

import argparse
import json
import os
import time
from pathlib import Path

# Waiting threads of torch must sleep: on a busy machine a spinning one takes the others' turn.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import numpy as np
import torch
from rich.console import Console
from rich.table import Table
from tokenizers import AddedToken, Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers
from transformers import Qwen3Config, Qwen3ForCausalLM
from transformers.models.qwen2.tokenization_qwen2 import PRETOKENIZE_REGEX

from sidecar.runtime.cores import available_cores
from sidecar.runtime.manifest import Manifest
from sidecar.runtime.session import ModelInput
from sidecar.workshop.model.canonical import PAIRS
from sidecar.workshop.model.families.decoder import INSTRUCTION, PREFIX, SUFFIX
from sidecar.workshop.model.package import export
from sidecar.workshop.model.quantizing.quantize import QuantizeSpec, quantize
from sidecar.workshop.model.runner import Runner
from sidecar.workshop.model.weights import graph_files

MARKS = ("<|endoftext|>", "<|im_start|>", "<|im_end|>", "<think>", "</think>")
GRAPHS = ("fp32", "int8")
ROUNDS = 3
PAIRS_PER_WORKER = 2


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("work", type=Path, help="folder for the weights and the graphs")
    parser.add_argument("--lengths", type=int, nargs="+", default=[128, 256, 512])
    # The shape; what is not given is the 0.6B model's.
    parser.add_argument("--layers", type=int, default=28)
    parser.add_argument("--hidden", type=int, default=1024)
    parser.add_argument("--heads", type=int, default=16, help="half as many hold keys and values")
    parser.add_argument("--ffn", type=int, default=3072)
    parser.add_argument("--vocabulary", type=int, default=151_669)
    shape = parser.parse_args()

    source, model = shape.work / "source", shape.work / "model"
    if not (source / "config.json").exists():
        save_random(source, shape)
    started = time.perf_counter()
    export_done = export(str(source), model, "random-decoder") if not model.exists() else None
    exported = time.perf_counter()
    outcome = quantize(model, spec(shape.work))
    seconds = (exported - started, time.perf_counter() - exported)
    console = Console()
    if export_done and outcome.new_graphs:
        console.print(f"export {seconds[0]:.0f} s, int8 {seconds[1]:.0f} s")
    console.print(sizes(model))
    console.print(speeds(model, shape.lengths, shape.vocabulary))


def save_random(folder: Path, shape: argparse.Namespace) -> None:
    """A Hugging Face folder of this shape, in bfloat16 as the published weights."""
    torch.manual_seed(0)
    config = Qwen3Config(
        vocab_size=shape.vocabulary,
        hidden_size=shape.hidden,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        num_key_value_heads=max(1, shape.heads // 2),
        head_dim=128,
        intermediate_size=shape.ffn,
        max_position_embeddings=40_960,
        rope_parameters={"rope_type": "default", "rope_theta": 1_000_000.0},
        tie_word_embeddings=True,
        dtype="bfloat16",
    )
    tokenizer = small_tokenizer()
    Qwen3ForCausalLM._from_config(config, dtype=torch.bfloat16).save_pretrained(folder)
    tokenizer.save(str(folder / "tokenizer.json"))
    settings = {"tokenizer_class": "Qwen2Tokenizer", "pad_token": MARKS[0]}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))


def small_tokenizer() -> Tokenizer:
    """Qwen's kind of tokenizer with as many words as the prompt and the canonical pairs have."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(PRETOKENIZE_REGEX), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=4000, initial_alphabet=alphabet, show_progress=False)
    texts = [
        PREFIX,
        INSTRUCTION,
        SUFFIX,
        "yes\n",
        "no\n",
        *(text for pair in PAIRS for text in pair),
    ]
    tokenizer.train_from_iterator(texts * 3, trainer)
    tokenizer.add_special_tokens([AddedToken(mark, special=True) for mark in MARKS])
    return tokenizer


def spec(work: Path) -> QuantizeSpec:
    """int8 for every weight, the fp32 graph kept, and few pairs to compare random logits on."""
    file = work / "calibration.jsonl"
    rows = [{"query": query, "document": document[:200]} for query, document in PAIRS]
    file.write_text("\n".join(map(json.dumps, rows)) + "\n")
    return QuantizeSpec(("int8",), sample=file, search=False, keep_fp32=True)


def sizes(folder: Path) -> Table:
    """Bytes of each graph with its weights."""
    table = Table("graph", "MB on disk")
    manifest = Manifest.read(folder)
    for name in GRAPHS:
        files = graph_files(manifest.graphs[name], folder)
        size = sum((folder / file).stat().st_size for file in files)
        table.add_row(name, f"{size / 1e6:,.0f}")
    return table


def speeds(folder: Path, lengths: list[int], vocabulary: int) -> Table:
    """Pairs a second, and the CPU time of a pair, of each graph at each length."""
    manifest = Manifest.read(folder)
    runners = {name: Runner.open(folder, manifest, manifest.graphs[name]) for name in GRAPHS}
    rng = np.random.default_rng(1)
    load_before = f"load {os.getloadavg()[0]:.1f} before"
    columns = [f"{name} {unit}" for name in GRAPHS for unit in ("pairs/s", "CPU s/pair")]
    table = Table("tokens", *columns)
    for length in lengths:
        count = PAIRS_PER_WORKER * available_cores()
        pairs = [ModelInput(rng.integers(0, vocabulary, length), None) for _ in range(count)]
        rounds = [
            {name: _round(runner, pairs) for name, runner in runners.items()} for _ in range(ROUNDS)
        ]
        cells = []
        for name in GRAPHS:
            wall, cpu = (
                min(round_figures[name][index] for round_figures in rounds) for index in (0, 1)
            )
            cells += [f"{1 / wall:.3g}", f"{cpu:.3g}"]
        table.add_row(str(length), *cells)
    table.caption = f"{available_cores()} cores, {load_before}, {os.getloadavg()[0]:.1f} after"
    return table


def _round(runner: Runner, pairs: list[ModelInput]) -> tuple[float, float]:
    """(seconds, CPU seconds) per pair."""
    wall, cpu = time.perf_counter(), time.process_time()
    runner.alone(pairs)
    return (time.perf_counter() - wall) / len(pairs), (time.process_time() - cpu) / len(pairs)


if __name__ == "__main__":
    main()
