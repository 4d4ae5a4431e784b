"""A model as requests know it."""

from dataclasses import dataclass

from sidecar.calibration import Calibration
from sidecar.runtime.running_graph import RunningGraph
from sidecar.runtime.runs import Layout
from sidecar.runtime.tokenizer import PairTokenizer


@dataclass(frozen=True, slots=True)
class ServedModel:
    """What is known of a model that runs; its session is behind a scorer."""

    name: str
    """What requests call it."""
    running: RunningGraph
    tokenizer: PairTokenizer
    layout: Layout

    @property
    def calibration(self) -> Calibration:
        """The manifest's."""
        return self.running.manifest.calibration

    @property
    def takes_instruction(self) -> bool:
        """Whether the prompt has a place for an instruction."""
        return any("{instruction}" in piece for piece in self.running.manifest.prompt.pieces)
