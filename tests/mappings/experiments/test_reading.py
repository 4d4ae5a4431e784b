"""An experiment's file: what it says, and what is wrong with it in one line."""

from datetime import UTC, datetime
from pathlib import Path

import jsonschema
import pytest

from mappings.experiments import (
    ExperimentError,
    ExperimentFiles,
    file_schema,
    read_experiment,
    read_experiments,
    stop_arm,
)
from tests.mappings.experiments.files import arms, experiment, teams, write

WHOLE = """
unit = "user"
salt = "2026"
canary_share = 0.1
control = "as-it-is"
start = 2026-12-01
stop = 2026-12-15T12:00:00+01:00
profiles = ["ecommerce"]
api_keys = ["shop"]
[[arms]]
name = "as-it-is"
share = 0.5
[[arms]]
name = "deep"
profile = "fitted"
model = "next"
depth = 100
share = 0.3
[[arms]]
name = "none"
off = true
share = 0.2
"""


def test_a_whole_file_is_read(tmp_path: Path) -> None:
    read = experiment(tmp_path, WHOLE)
    assert (read.name, read.method, read.unit, read.salt) == ("weights", "split", "user", "2026")
    assert read.start == datetime(2026, 12, 1, tzinfo=UTC)
    assert read.stop == datetime(2026, 12, 15, 11, tzinfo=UTC)
    deep = read.arm("deep")
    assert deep is not None
    assert (deep.profile, deep.model, deep.depth, deep.share) == ("fitted", "next", 100, 0.3)
    assert read.arm("none").off  # type: ignore[union-attr]
    assert read.control == "as-it-is"


def test_what_a_file_leaves_open_is_filled_in(tmp_path: Path) -> None:
    read = experiment(tmp_path, teams("a", "b", "c", "d"))
    assert [arm.share for arm in read.arms] == [0.25] * 4
    assert (read.salt, read.control, read.unit, read.canary_share) == ("weights", "a", "user", 1)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "weights.toml: arms: Field required"),
        ("arms = [", "weights.toml: is not TOML: Invalid value (at end of document)"),
        (arms(a=1), "weights.toml: arms: Tuple should have at least 2 items after validation"),
        (arms(a=0.5, b=0.4), "weights.toml: the shares of the arms add up to 0.9, not to 1"),
        (arms(a=0.5) + arms(a=0.5), "weights.toml: two arms are called a"),
        (arms(a=0.5) + teams("b"), "weights.toml: the arm b has no share, and others have one"),
        (
            'method = "interleave"\n' + arms(a=0.5, b=0.5),
            "weights.toml: interleaving shows every arm in every search: arms have no share",
        ),
        ('control = "c"\n' + teams("a", "b"), "weights.toml: control: no arm is called c, only a"),
        (
            "start = 2026-12-02\nstop = 2026-12-01\n" + teams("a", "b"),
            "weights.toml: start is not before stop",
        ),
        (
            teams("a", "b") + "off = true\ndepth = 3\n",
            "weights.toml: arms[1]: the arm b is off: profile, model and depth have no effect",
        ),
        (
            teams("a", "b") + "depth = 0\n",
            "weights.toml: arms[1].depth: Input should be greater than or equal to 1",
        ),
        (
            "start = 2026-12-02T10:00:00\n" + teams("a", "b"),
            "weights.toml: start: Input should have timezone info",
        ),
        ("canary_share = 0\n" + teams("a", "b"), "weights.toml: canary_share: Input should be"),
        ("share = 1\n" + teams("a", "b"), "weights.toml: share: Extra inputs are not permitted"),
        (teams("a b", "c"), "weights.toml: arms[0].name: String should match pattern "),
    ],
    ids=lambda value: value[:24] if value.startswith("weights") else "text",
)  # fmt: skip
def test_a_fault_is_one_line(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ExperimentError) as fault:
        experiment(tmp_path, text)
    assert fault.value.message.startswith(message)
    assert "\n" not in fault.value.message


def test_what_is_no_file_of_an_experiment_is_said(tmp_path: Path) -> None:
    with pytest.raises(ExperimentError, match=r"an experiment's file is called NAME\.toml"):
        read_experiment(write(tmp_path, teams("a", "b"), "my weights"))
    with pytest.raises(ExperimentError, match="neither a file nor a folder"):
        read_experiments(tmp_path / "nowhere.toml")
    (tmp_path / "latin.toml").write_bytes(b'salt = "\xe9"')
    with pytest.raises(ExperimentError, match=r"latin\.toml: is not UTF-8"):
        read_experiment(tmp_path / "latin.toml")


def test_a_folder_has_its_experiments_by_name(tmp_path: Path) -> None:
    for name in ("z", "a"):
        write(tmp_path, teams("x", "y"), name)
    (tmp_path / "notes.txt").write_text("nothing")
    assert [each.name for each in read_experiments(tmp_path)] == ["a", "z"]


def test_the_schema_takes_what_the_reader_takes(tmp_path: Path) -> None:
    schema = file_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    good = {"arms": [{"name": "a"}, {"name": "b", "depth": 10}], "unit": "query"}
    jsonschema.validate(good, schema)
    for bad in ({**good, "unit": "session"}, {**good, "arm": []}, {"arms": [{"name": "a"}]}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(bad, schema)


def test_an_arm_that_is_stopped_stays_stopped(tmp_path: Path) -> None:
    path = write(tmp_path, teams("a", "b", "c"))
    at = datetime(2026, 12, 3, tzinfo=UTC)
    assert [arm.name for arm in stop_arm(path, "b", "p95 latency", at).running_arms] == ["a", "c"]
    stop_arm(path, "b", "another reason", datetime(2026, 12, 4, tzinfo=UTC))
    read = read_experiment(path)
    assert read.stops["b"].reason == "p95 latency"
    assert read.stops["b"].at == at
    assert path.read_text() == teams("a", "b", "c")
    assert sorted(each.name for each in tmp_path.iterdir()) == [
        "weights.stopped.json",
        "weights.toml",
    ]


def test_what_cannot_be_stopped_is_said_and_changes_nothing(tmp_path: Path) -> None:
    path, at = write(tmp_path, teams("a", "b")), datetime(2026, 12, 3, tzinfo=UTC)
    with pytest.raises(ExperimentError, match="the control a cannot be stopped"):
        stop_arm(path, "a", "slow", at)
    with pytest.raises(ExperimentError, match="no arm is called c"):
        stop_arm(path, "c", "slow", at)
    assert [each.name for each in tmp_path.iterdir()] == ["weights.toml"]
    (tmp_path / "weights.stopped.json").write_text('["b"]')
    with pytest.raises(ExperimentError, match=r"weights\.stopped\.json: is not understood"):
        read_experiment(path)


def test_a_change_is_read_once_it_has_settled(tmp_path: Path) -> None:
    path = write(tmp_path, teams("a", "b"))
    files = ExperimentFiles.open(tmp_path)
    assert files.changed() is None
    stop_arm(path, "b", "slow", datetime(2026, 12, 3, tzinfo=UTC))
    assert files.changed() is None, "somebody may still be writing it"
    changed = files.changed()
    assert changed is not None
    assert "b" in changed[0].stops
    assert files.changed() is None
    write(tmp_path, "", "new")
    assert files.changed() is None
    with pytest.raises(ExperimentError, match=r"new\.toml"):
        files.changed()
    assert files.changed() is None, "each fault is said once"
