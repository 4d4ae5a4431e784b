"""Outcomes that tests make up."""

from sidecar.workshop.bench.load.generator import Outcome, Sent
from sidecar.workshop.bench.load.plan import Kind, Planned

TEN = Kind("ten", 10, 1.0, 50)


def outcome(
    at_s: float, latency_s: float, status: int = 200, client: str = "", deadline_s: float = 1.0
) -> Outcome:
    """A request for ten documents."""
    planned = Planned(at_s, TEN, deadline_s, client)
    return Outcome(planned, at_s + 0.001, at_s + latency_s, status)


def sent(*outcomes: Outcome) -> Sent:
    """What took the generator a twentieth of a core."""
    return Sent(outcomes, cpu_s=0.5, wall_s=10.0)
