"""All variants see the same rounds, in changing order."""

from sidecar.workshop.bench.interleaving import interleave, turn_order
from sidecar.workshop.bench.workload import Request, Round


class TimedVariant:
    """Takes as long as it is set to, on the test's clock."""

    now = 0.0

    def __init__(self, name: str, seconds: float) -> None:
        self.name = name
        self.seconds = seconds
        self.rounds: list[Round] = []

    def run(self, requests: Round) -> None:
        self.rounds.append(requests)
        TimedVariant.now += self.seconds


def test_all_variants_see_the_same_rounds_and_are_timed_alone() -> None:
    variants = [TimedVariant("a", 0.5), TimedVariant("b", 2.0)]
    rounds = [(Request({}, "q", ("x", "y")),), (Request({}, "q", ("z", "w")),)]
    rates = interleave(variants, rounds, clock=lambda: TimedVariant.now, pause_s=0)
    assert rates == {"a": [4.0, 4.0], "b": [1.0, 1.0]}
    assert variants[0].rounds == variants[1].rounds == rounds


def test_every_variant_leads_and_follows_in_turn() -> None:
    orders = ["".join(turn_order("abc", number)) for number in range(6)]
    assert orders == ["abc", "cba", "bca", "acb", "cab", "bac"]
