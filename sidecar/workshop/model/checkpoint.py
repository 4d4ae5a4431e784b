"""What a model family gives to the workshop: a network to export, and the framework's own scores.

`families/__init__.py` says how a family makes one.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tokenizers import Tokenizer
from torch import nn

from sidecar.runtime.encoding import Encoding
from sidecar.runtime.manifest import Padding, Prompt, TrainingSource
from sidecar.runtime.tokenizer import PairTokenizer
from sidecar.workshop.model.text_pair import TextPair


@dataclass(frozen=True)
class Checkpoint:
    """A model as its framework has it; nothing in it depends on how it will be quantised."""

    name: str
    family: str
    """The manifest's name for the family."""
    network: nn.Module
    """forward(*inputs) -> logits [batch], or of an encoder (vectors [batch, dimensions], last
    states [batch, tokens, width]); eager attention, eval mode, float32."""
    inputs: tuple[str, ...]
    """Names of forward's arguments in order, each a field of `runtime.session.Batch`."""
    tokenizer: Tokenizer
    """Without truncation or padding."""
    prompt: Prompt
    padding: Padding
    max_tokens: int
    """Longest pair, prompt included."""
    reference: Callable[[Sequence[TextPair]], list[float]]
    """Logits (of an encoder cosines) with the framework's own tokenisation and padding; `model
    check` needs them."""
    encoding: Encoding | None = None
    """How texts become vectors, of an encoder."""
    languages: tuple[str, ...] = ()
    licence: str = ""
    temperature: float = 1.0
    bias: float = 0.0
    training_sources: tuple[TrainingSource, ...] = ()
    """The collections that it was trained on, as far as is known."""
    config: str | None = None
    """The architecture as JSON, for families whose model folder can be trained on."""
    save: Callable[["Checkpoint", Path], None] | None = None
    """Writes network and tokenizer as `open_folder` reads them. None: `model train` refuses it."""

    def pair_tokenizer(self) -> PairTokenizer:
        """The tokenizer of pairs, as serving has it; on a copy, since it changes what it is given.

        Raises ModelError as PairTokenizer does.
        """
        return PairTokenizer(Tokenizer.from_str(self.tokenizer.to_str()), self)
