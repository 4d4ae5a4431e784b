"""The tables and plots of docs/planning.md, of all examples or of those named:
`python -m tests.workshop.planning.pictures NODE.json [shop law web]`."""

import sys
from collections.abc import Sequence
from pathlib import Path

from sidecar.workshop.planning.node_model import read_node
from sidecar.workshop.planning.plan_plots import day_plot, latency_plot
from sidecar.workshop.planning.plan_tables import show
from sidecar.workshop.planning.planning import Planner
from sidecar.workshop.planning.traffic import read_traffic

ROOT = Path(__file__).parents[3]
QUERIES = 500
IMAGES = ROOT / "docs" / "images"


def main(node: Path, names: Sequence[str]) -> None:
    """Plans the examples, and writes their plots."""
    for path in sorted((ROOT / "examples" / "planning").glob("*.toml")):
        if names and path.stem not in names:
            continue
        traffic = read_traffic(path)
        plan = Planner(traffic, read_node(node, traffic.model), queries=QUERIES).plan()
        print(path.name)
        show(plan)
        for name, picture in (("latency", latency_plot(plan)), ("day", day_plot(plan))):
            (IMAGES / f"plan-{path.stem}-{name}.svg").write_text(picture)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
