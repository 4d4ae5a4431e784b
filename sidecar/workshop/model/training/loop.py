"""The optimiser's way over the batches; it can be stopped and taken up again."""

import math
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.nn.functional import cross_entropy

from sidecar.workshop.model.training.batches import Batch
from sidecar.workshop.model.training.starting_model import StartingModel

HEAD_FACTOR = 8
"""A head that starts at zero learns so many times faster than the encoder under it."""
WARM_UP = 0.06
EVERY = 50
"""Steps between two log events, each with the state saved."""


class Loop:
    """Trains with AdamW against the Groups' targets (listwise cross-entropy).

    What `state.pt` of an earlier loop holds is taken up.
    """

    def __init__(self, start: StartingModel, checkpoint: Path, peak: float, minutes: float) -> None:
        self.step = 0
        self.seconds = 0.0
        self._network = start.source.network
        self._minutes = minutes
        self._device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self._network.to(self._device)
        self._optimiser = _optimiser(start, peak)
        self._file = checkpoint / "state.pt"
        if self._file.exists():
            state = torch.load(self._file, weights_only=True, map_location=self._device)
            self.step, self.seconds = state["step"], state["seconds"]
            self._network.load_state_dict(state["network"])
            self._optimiser.load_state_dict(state["optimiser"])

    def run(self, data: Iterable[Batch], total: int) -> Iterator[dict[str, Any]]:
        """Yields a log event per 50 steps; ends with the batches or the minutes."""
        self._network.train()
        begun, before = time.monotonic() - self.seconds, self.seconds
        pairs, losses = 0, []
        for batch in data:
            losses.append(self._one(batch))
            self.step += 1
            self.seconds = time.monotonic() - begun
            pairs += len(batch.inputs[0])
            done = self._set_rate(total)
            if self.step % EVERY == 0 or done >= 1:
                self._save()
                yield {
                    "step": self.step,
                    "of": total,
                    "loss": round(sum(losses) / len(losses), 4),
                    "pairs_per_second": round(pairs / (self.seconds - before), 1),
                    "seconds": round(self.seconds),
                }
                losses = []
            if done >= 1:
                break
        self._network.eval()

    def _one(self, batch: Batch) -> float:
        with torch.autocast(self._device.type, dtype=torch.bfloat16):
            logits = self._network(*(one.to(self._device) for one in batch.inputs))
        wanted = torch.stack([group.target() for group in batch.groups]).to(self._device)
        loss = cross_entropy(logits.float().view(wanted.shape), wanted)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self._network.parameters(), 1.0)
        self._optimiser.step()
        self._optimiser.zero_grad()
        return loss.item()

    def _set_rate(self, total: int) -> float:
        """Sets the learning rate of the next step; returns the share of the run that is behind."""
        done = max(self.step / total, self.seconds / (60 * self._minutes))
        for part in self._optimiser.param_groups:
            part["lr"] = part["peak"] * rate(done)
        return done

    def _save(self) -> None:
        state = {
            "step": self.step,
            "seconds": self.seconds,
            "network": self._network.state_dict(),
            "optimiser": self._optimiser.state_dict(),
        }
        part = self._file.with_suffix(".part")
        torch.save(state, part)
        part.replace(self._file)


def _optimiser(start: StartingModel, peak: float) -> torch.optim.Optimizer:
    """AdamW over the encoder, faster over a new head. The word embeddings stay as they are: a short
    training sees few words, and the others' vectors should go on meaning the same."""
    body: list[nn.Parameter] = []
    head: list[nn.Parameter] = []
    for name, parameter in start.source.network.named_parameters():
        if "word_embeddings" in name or "tok_embeddings" in name:
            parameter.requires_grad_(False)
        else:
            (head if name in start.new else body).append(parameter)
    parts: list[dict[str, Any]] = [
        {"params": body, "peak": peak, "lr": 0.0},  # the first step only fills the moments
        {"params": head, "peak": peak * HEAD_FACTOR, "lr": 0.0},
    ]
    parts = [part for part in parts if part["params"]]
    return torch.optim.AdamW(parts, weight_decay=0.01, fused=True)


def rate(done: float) -> float:
    """Linear up, then half a cosine down to a twentieth; `done` is the share of the run behind."""
    if done < WARM_UP:
        return done / WARM_UP
    left = (done - WARM_UP) / (1 - WARM_UP)
    return 0.05 + 0.95 * 0.5 * (1 + math.cos(math.pi * min(1.0, left)))
