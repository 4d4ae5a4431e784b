"""Trains the cross-encoder: listwise, against the labels and the bi-encoder's opinion."""

import json
import math
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn.functional import cross_entropy

from sidecar.build.batches import Batch, batches, tensors
from sidecar.build.calibrate import fit
from sidecar.build.data import Group
from sidecar.build.groups import collect
from sidecar.build.mine import BiEncoder, open_tokenizer
from sidecar.build.network import CrossEncoder, from_encoder

BODY_RATE = 6e-5
HEAD_RATE = 5e-4
WARM_UP = 0.06
TEACHER_TEMPERATURE = 0.07
HELD_OUT_GROUPS = 400


@dataclass(frozen=True)
class Run:
    """What a training run depends on: it ends with the groups or the minutes, whichever first.

    The learning rate falls to its end either way. On a quiet machine of the same type equal runs
    that see all their groups give equal weights.
    """

    data: Path
    encoder: Path
    checkpoint: Path
    groups: int
    minutes: float
    seed: int = 7


def train(run: Run) -> None:
    """Writes the checkpoint: weights, tokenizer, `train.jsonl` (the log) and `train.json`."""
    torch.manual_seed(run.seed)
    started = time.monotonic()
    teacher = BiEncoder(run.encoder)
    groups = collect(run.data, run.groups, teacher.rank, run.seed)
    held = collect(run.data, HELD_OUT_GROUPS, teacher.rank, run.seed, train=False)
    tokenizer = open_tokenizer(run.encoder)
    targets = {group: target(group, teacher) for group in groups}
    print(f"{len(groups)} groups, {len(held)} held out, {time.monotonic() - started:.0f} s")
    network = from_encoder(run.encoder)
    run.checkpoint.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(run.checkpoint / "tokenizer.json"))
    cut = batches(groups, tokenizer, run.seed)
    with (run.checkpoint / "train.jsonl").open("w") as log:
        for event in steps(network, tensors(cut, tokenizer), len(cut), targets, run.minutes):
            log.write(json.dumps(event) + "\n")
            log.flush()
            network.save(run.checkpoint)
    seen = [group for part in cut[: event["step"]] for group in part]
    after = held_out_logits(network, held, tokenizer)
    every = torch.cat(list(after.values()))
    temperature, bias = fit(every[:, 0], every[:, 1:].flatten())
    summary = {
        "groups": len(seen),
        "seed": run.seed,
        "seconds": round(time.monotonic() - started),
        "temperature": temperature,
        "bias": bias,
        "pairs": Counter(g.source for g in seen for _ in g.documents),
        "held_out_top1": top1(after),
    }
    (run.checkpoint / "train.json").write_text(json.dumps(summary, indent=2))
    print(json.dumps(summary, indent=2))


def target(group: Group, teacher: BiEncoder) -> Tensor:
    """A share of one-hot, the rest the teacher's softmax over the group."""
    wanted = torch.zeros(len(group.documents))
    wanted[0] = 1 - group.teacher_share
    if group.teacher_share:
        cosines = torch.tensor(teacher.cosines(group.query, group.documents))
        wanted += group.teacher_share * (cosines / TEACHER_TEMPERATURE).softmax(0)
    return wanted


def steps(
    network: CrossEncoder,
    data: Iterable[Batch],
    total: int,
    targets: dict[Group, Tensor],
    minutes: float,
) -> Iterator[dict[str, Any]]:
    """Runs the optimiser over the batches; yields one log event per 50 steps."""
    optimiser = optimiser_of(network)
    network.train()
    started, pairs, losses = time.monotonic(), 0, []
    for step, batch in enumerate(data, 1):
        with torch.autocast("cpu", dtype=torch.bfloat16):
            logits = network(*batch.inputs)
        wanted = torch.stack([targets[group] for group in batch.groups])
        loss = cross_entropy(logits.view(wanted.shape), wanted)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        seconds = time.monotonic() - started
        done = max(step / total, seconds / (60 * minutes))
        for part in optimiser.param_groups:
            part["lr"] = part["peak"] * rate(done)
        optimiser.step()
        optimiser.zero_grad()
        losses.append(loss.item())
        pairs += len(logits)
        if step % 50 == 0 or done >= 1:
            yield {
                "step": step,
                "of": total,
                "loss": round(sum(losses) / len(losses), 4),
                "pairs_per_second": round(pairs / seconds, 1),
                "scale": round(network.scale.item(), 3),
                "seconds": round(seconds),
            }
            losses = []
        if done >= 1:
            break
    network.eval()


def optimiser_of(network: CrossEncoder) -> torch.optim.Optimizer:
    """AdamW over the encoder, faster over the head. The word embeddings stay as they are: a short
    training sees few words, and the others' vectors should go on meaning the same."""
    network.encoder.embeddings.word_embeddings.weight.requires_grad_(False)
    parts = [
        {"params": [p for p in network.encoder.parameters() if p.requires_grad], "peak": BODY_RATE},
        {"params": [network.weight, network.bias, network.scale], "peak": HEAD_RATE},
    ]
    return torch.optim.AdamW(parts, weight_decay=0.01, fused=True)


def rate(done: float) -> float:
    """Linear up, then half a cosine down to a twentieth; `done` is the share of the run behind."""
    if done < WARM_UP:
        return done / WARM_UP
    left = (done - WARM_UP) / (1 - WARM_UP)
    return 0.05 + 0.95 * 0.5 * (1 + math.cos(math.pi * min(1.0, left)))


@torch.no_grad()
def held_out_logits(
    network: CrossEncoder, held: list[Group], tokenizer: Tokenizer
) -> dict[str, Tensor]:
    """Per collection the logits [groups, 6] of the held-out groups; column 0 is the positive."""
    rows: dict[str, list[Tensor]] = defaultdict(list)
    for batch in tensors(batches(held, tokenizer, 0), tokenizer):
        with torch.autocast("cpu", dtype=torch.bfloat16):
            logits = network(*batch.inputs).view(len(batch.groups), -1)
        for group, row in zip(batch.groups, logits, strict=True):
            rows[group.source].append(row)
    return {name: torch.stack(found) for name, found in sorted(rows.items())}


def top1(logits: dict[str, Tensor]) -> dict[str, float]:
    """Per collection the share of groups whose positive has the highest logit."""
    return {
        name: round((rows.argmax(1) == 0).float().mean().item(), 3) for name, rows in logits.items()
    }
