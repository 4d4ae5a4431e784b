"""What every step is given: where to write, what to run on, how long a measurement takes."""

from dataclasses import dataclass, field
from pathlib import Path

from sidecar.runtime.options import Device
from tests.gpu.record import Record
from tests.gpu.shapes import SHAPES, Shape, small
from tests.gpu.timing import Effort
from tests.gpu.variants import Workshop


@dataclass
class Bench:
    """One call of the command."""

    record: Record
    work: Path
    """Has the graphs; they are made again where they are gone."""
    device: Device
    small: bool
    """Tiny networks, few rounds: to try the code, not to measure."""
    peak_tflops: float | None = None
    effort: Effort = field(default_factory=Effort)

    def shape(self, name: str) -> Shape:
        return small(SHAPES[name]) if self.small else SHAPES[name]

    def workshop(self, name: str, *, tiny: bool = False) -> Workshop:
        """The graphs of a shape; `tiny` for its small form, whatever is measured."""
        shape = small(SHAPES[name]) if tiny else self.shape(name)
        return Workshop(self.work / ("small" if tiny or self.small else "full") / name, shape)
