"""Clients that misbehave change no answer of others, leave nothing behind, and a stop ends well.
`python -m tests.service.faults` is the long form, which watches the memory."""

from tests.service.faults import served


def test_misbehaving_clients_change_no_answer_and_leave_nothing() -> None:
    outcome = served(requests=400, seed=3)
    assert outcome.wrong == []
    assert not any(outcome.left.values()), outcome.left
    assert outcome.exit_code == 0
    assert outcome.done["ask: 200"] > 200
    assert outcome.done["vanish"] > 10
    assert outcome.done["dawdle: 200"] > 5
