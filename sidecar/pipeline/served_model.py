"""A model as requests know it."""

from dataclasses import dataclass

from sidecar.calibration import Calibration
from sidecar.errors import InvalidRequest
from sidecar.profile import Profile
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

    def check_calibration(self, profile: Profile) -> None:
        """Raises InvalidRequest for a profile whose calibration was fitted with another model."""
        own = profile.calibration
        if own is not None and own.score_revision != self.running.score_revision:
            raise InvalidRequest(
                f"$.profile: {profile.name} is calibrated for score revision "
                f"{own.score_revision}, and the model {self.name} has {self.running.score_revision}"
            )

    @property
    def takes_instruction(self) -> bool:
        """Whether the prompt has a place for an instruction."""
        return any("{instruction}" in piece for piece in self.running.manifest.prompt.pieces)
