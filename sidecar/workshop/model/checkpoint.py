"""What a family of models gives to the build: a network to export, and the framework's own scores.

A family is one file in `families/`: it says which architectures it knows (`accepts`) and opens a
Hugging Face folder as a Source (`open_folder`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from tokenizers import Tokenizer
from torch import nn

from sidecar.runtime.manifest import Padding, Prompt
from sidecar.runtime.manifest import TrainingSource as Collection
from sidecar.workshop.model.text_pair import TextPair


@dataclass(frozen=True)
class Checkpoint:
    """A model as its framework has it; nothing in it depends on how it will be quantised."""

    name: str
    family: Literal["cross-encoder", "yes-no-decoder"]
    network: nn.Module
    """forward(*inputs) -> logits, shape [batch]; eager attention, eval mode, float32."""
    inputs: tuple[str, ...]
    """Names of forward's arguments in their order, each a field of `engine.runs.Batch`."""
    tokenizer: Tokenizer
    """Neither cuts nor pads."""
    prompt: Prompt
    padding: Padding
    max_tokens: int
    reference: Callable[[Sequence[TextPair]], list[float]]
    """Logits by the framework's own tokenising and padding: what `model check` compares with."""
    languages: tuple[str, ...] = ()
    licence: str = ""
    temperature: float = 1.0
    bias: float = 0.0
    collections: tuple[Collection, ...] = ()
    """What it was trained on, as far as is known."""
    config: str | None = None
    """The architecture as JSON, kept in the model folder where it can be trained on from there."""
