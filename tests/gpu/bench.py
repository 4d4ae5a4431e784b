"""What every step gets: where to write, what to run on, how long a measurement takes."""

from dataclasses import dataclass, field
from pathlib import Path

from sidecar.runtime.options import Device
from tests.gpu.record import Record
from tests.gpu.shape_graphs import ShapeGraphs
from tests.gpu.shapes import SHAPES, Shape, small
from tests.gpu.timing import Effort


@dataclass
class Bench:
    """One call of the command."""

    record: Record
    work: Path
    """Folder of the graphs; missing ones are made again."""
    device: Device
    small: bool
    """Tiny networks and few rounds, to try the code."""
    peak_tflops: float | None = None
    effort: Effort = field(default_factory=Effort)

    def shape(self, name: str) -> Shape:
        """The named shape, in its small form with `small`."""
        return small(SHAPES[name]) if self.small else SHAPES[name]

    def graphs(self, name: str, *, tiny: bool = False) -> ShapeGraphs:
        """The graphs of a shape; `tiny` for its small form, whatever is measured."""
        shape = small(SHAPES[name]) if tiny else self.shape(name)
        return ShapeGraphs(self.work / ("small" if tiny or self.small else "full") / name, shape)
