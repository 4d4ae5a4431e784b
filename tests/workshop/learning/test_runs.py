"""The ledger, the name and what it points to."""

from pathlib import Path

import pytest

from sidecar.workshop.learning.errors import LearningError
from sidecar.workshop.learning.home import Home
from sidecar.workshop.learning.runs import Clicks, Ledger, Run
from sidecar.workshop.learning.taking import promote, roll_back
from tests.tiny_models import tiny_model


def run(number: int, verdict: str = "accepted", **more: object) -> Run:
    return Run.model_validate(
        {"run": number, "at": "2026-11-30T10:00:00+00:00", "verdict": verdict, **more}
    )


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Runs 0 to 3, of which 2 was refused; 3 serves in place of 1, and that in place of 0."""
    found = Home(tmp_path / "models", "shop")
    with found.locked(begin=True) as ledger:
        for number, verdict in enumerate(("start", "accepted", "refused", "accepted")):
            reasons = ["no lift"] if verdict == "refused" else []
            ledger.add(run(number, verdict, reasons=reasons))
            tiny_model(found.folder(number), number)
            if verdict != "refused":
                found.point_to(number)
                ledger.serve(number, "learned")
    return found


def test_what_was_added_is_read_back_and_a_torn_line_costs_nothing(tmp_path: Path) -> None:
    clicks = Clicks(since_s=None, until_s=1.5, searches=3)
    with Ledger(tmp_path / "ledger.jsonl", "shop") as ledger:
        ledger.add(run(1, "failed", reasons=("disk full",)))
        ledger.add(run(1, clicks=clicks))
        ledger.serve(1, "learned")
    with (tmp_path / "ledger.jsonl").open("a") as file:
        file.write('{"run": {"run": 2')
    with Ledger(tmp_path / "ledger.jsonl", "shop") as ledger:
        assert ledger.runs == {1: run(1, clicks=clicks)}
        assert [each.run for each in ledger.served] == [1]
    with pytest.raises(LearningError, match="is no ledger of other"):
        Ledger(tmp_path / "ledger.jsonl", "other")


def test_a_model_has_learned_what_the_runs_have_that_it_comes_from(tmp_path: Path) -> None:
    with Ledger(tmp_path / "ledger.jsonl", "shop") as ledger:
        ledger.add(run(0, "start"))
        ledger.add(run(1, parent=0, clicks=Clicks(until_s=10.0, searches=3)))
        ledger.add(run(2, "refused", parent=1, clicks=Clicks(until_s=20.0, searches=3)))
        ledger.add(run(3, parent=1))
        found = [ledger.learned_until(number) for number in range(4)]
        assert found == [None, 10.0, 20.0, 10.0]


def test_roll_back_goes_to_what_was_there_before_again_and_again(home: Home) -> None:
    assert roll_back(home, None, None) == (3, 1)
    assert (home.models / "shop").resolve() == home.folder(1)
    assert roll_back(home, None, None) == (1, 0)
    with pytest.raises(LearningError, match="run 0 of shop took the place of none"):
        roll_back(home, None, None)
    promote(home, 3, None)
    assert roll_back(home, None, None) == (3, 0), "it took the place of 0 this time"
    assert roll_back(home, 3, None) == (0, 3)


def test_a_refused_run_is_promoted_by_force_alone(home: Home) -> None:
    with pytest.raises(LearningError, match="run 2 was refused: no lift"):
        promote(home, 2, None)
    assert home.serving() == 3
    promote(home, 2, None, force=True)
    assert home.serving() == 2
    with pytest.raises(LearningError, match="no run 9"):
        promote(home, 9, None)


def test_a_damaged_model_does_not_take_the_name(home: Home) -> None:
    (home.folder(1) / "model.onnx").write_bytes(b"")
    with pytest.raises(Exception, match="is altered"):
        roll_back(home, None, None)
    assert home.serving() == 3


def test_two_commands_do_not_work_on_one_name(home: Home) -> None:
    with home.locked(), pytest.raises(LearningError, match="another command is at work on shop"):
        roll_back(home, None, None)


def test_what_is_no_link_to_a_run_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    with (
        pytest.raises(LearningError, match="is there and is no link"),
        Home(tmp_path, "shop").locked(begin=True),
    ):
        pass
    (tmp_path / "other").symlink_to("elsewhere")
    with pytest.raises(LearningError, match="link to elsewhere, which is no run"):
        Home(tmp_path, "other").serving()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["other", "shop"]
    with pytest.raises(LearningError, match="no name of letters"):
        Home(tmp_path, "../shop")


def test_a_name_that_never_learned_leaves_nothing(tmp_path: Path) -> None:
    home = Home(tmp_path / "models", "shop")
    with pytest.raises(LearningError, match="has no runs of shop"):
        home.open()
    with pytest.raises(ZeroDivisionError), home.locked(begin=True):
        raise ZeroDivisionError
    assert not (tmp_path / "models").exists()
