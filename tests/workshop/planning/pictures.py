"""The plots of docs/planning.md: `python -m tests.workshop.planning.pictures NODE.json`."""

import sys
from pathlib import Path

from sidecar.workshop.planning.node_model import read_node
from sidecar.workshop.planning.plan_plots import day_plot, latency_plot
from sidecar.workshop.planning.plan_tables import show
from sidecar.workshop.planning.planning import Planner
from sidecar.workshop.planning.traffic import read_traffic

ROOT = Path(__file__).parents[3]
IMAGES = ROOT / "docs" / "images"


def main(node: Path) -> None:
    """Plans the examples, and writes their plots."""
    for path in sorted((ROOT / "examples" / "planning").glob("*.toml")):
        traffic = read_traffic(path)
        plan = Planner(traffic, read_node(node, traffic.model)).plan()
        print(path.name)
        show(plan)
        for name, picture in (("latency", latency_plot(plan)), ("day", day_plot(plan))):
            (IMAGES / f"plan-{path.stem}-{name}.svg").write_text(picture)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
