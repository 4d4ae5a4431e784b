"""`rerank-sidecar judgements from-clicks`, on the clicks of simulated users."""

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from sidecar.cli import app
from sidecar.errors import StartupError
from sidecar.workshop.judgements.formats import read_judgements
from tests.workshop.clicks.simulated_users import Shop, position_based_clicks, ubi_lines

EXAMINATION = np.array([1.0, 0.7, 0.5, 0.4, 0.3])


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["judgements", "from-clicks", *map(str, arguments)])


@pytest.fixture(scope="module")
def shop() -> Shop:
    return Shop.make(np.random.default_rng(3), queries=5, documents=8)


@pytest.fixture(scope="module")
def logs(shop: Shop, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The same log in both of its forms."""
    rng = np.random.default_rng(4)
    pairs = shop.lists(rng, 1500, 5)
    clicked = position_based_clicks(rng, shop, pairs, EXAMINATION)
    files = []
    for impression_events in (False, True):
        file = tmp_path_factory.mktemp("ubi") / "ubi.jsonl"
        file.write_text(ubi_lines(pairs, clicked, shop, impression_events=impression_events))
        files.append(file)
    return files


def test_judgements_follow_what_users_find_relevant(
    logs: list[Path], shop: Shop, tmp_path: Path
) -> None:
    written = []
    for number, log in enumerate(logs):
        out = tmp_path / f"{number}.jsonl"
        examination, estimates = tmp_path / "examination.json", tmp_path / "estimates.jsonl"
        files = ("--write-examination", examination, "--write-estimates", estimates)
        result = run(log, "--out", out, *files)
        assert result.exit_code == 0, result.output
        written.append([file.read_text() for file in (out, examination, estimates)])
    assert written[0] == written[1]
    rows = [json.loads(line) for line in written[0][2].splitlines()]
    assert {row["query"] for row in rows} == {f"query {n}" for n in range(5)}
    judged = [row for row in rows if row["judged"]]
    truth = [shop.attractiveness[int(row["document_id"][1:])] for row in judged]
    assert np.corrcoef([row["relevance"] for row in judged], truth)[0, 1] > 0.9
    judgements = read_judgements(tmp_path / "0.jsonl")
    assert len(judgements) == len(judged)
    row = judged[0]
    assert judgements.grades[row["query"]][row["document_id"]] == row["grade"]
    assert judgements.weight(row["query"], row["document_id"]) == row["effective_size"] >= 10
    found = [each["examination"] for each in json.loads(written[0][1])["examination"]]
    assert found == pytest.approx(EXAMINATION, abs=0.12)


def test_the_summary_shows_counts_rules_positions_and_grades(
    logs: list[Path], tmp_path: Path
) -> None:
    result = run(logs[1], "--out", tmp_path / "a.jsonl", "--rule", "bots=off", "--model", "dbn")
    assert result.exit_code == 0, result.output
    for text in ("events 'impression'", "searches that count", "(off)", "persistence", "left out"):
        assert text in result.output


def test_a_known_examination_is_taken(logs: list[Path], tmp_path: Path) -> None:
    known = tmp_path / "known.json"
    rows = [{"position": n, "examination": 1 / n} for n in range(1, 6)]
    known.write_text(json.dumps({"examination": rows}))
    out, again = tmp_path / "a.jsonl", tmp_path / "again.json"
    result = run(logs[0], "--out", out, "--examination", known, "--write-examination", again)
    assert result.exit_code == 0, result.output
    found = [each["examination"] for each in json.loads(again.read_text())["examination"]]
    assert found == pytest.approx([1 / n for n in range(1, 6)], abs=1e-5)
    known.write_text(json.dumps({"examination": rows[:3]}))
    result = run(logs[0], "--out", out, "--examination", known)
    assert "shown down to position 5, and the given examination ends at 3" in error(result)


def error(result: Result) -> str:
    assert isinstance(result.exception, StartupError), result.output
    return result.exception.message


def test_too_little_is_no_judgement_and_writes_nothing(logs: list[Path], tmp_path: Path) -> None:
    out = tmp_path / "a.jsonl"
    result = run(logs[0], "--out", out, "--min-size", "1e6")
    assert result.exit_code == 1
    assert "there are no judgements" in result.output
    assert not out.exists()


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (["--out", "a.unknown"], "name it"),
        (["--out", "absent/a.jsonl"], "there is no folder absent"),
        (["--out", "a.jsonl", "--write-estimates", "absent/b"], "there is no folder absent"),
        (["--out", "a.jsonl", "--grades", "3x,1x"], "thresholds rise"),
        (["--out", "a.jsonl", "--rule", "bot=off"], "there is no rule 'bot'"),
        (["--out", "a.jsonl", "--action", "purchase"], "not NAME=GRADE"),
        (["--out", "a.jsonl", "--since", "monday"], "'monday' is no time"),
        (["--out", "a.jsonl", "--persistence", "0.5"], "an option of --model dbn"),
        (["--out", "a.jsonl", "--application", "other"], "no UBI query or event"),
        (
            ["--out", "a.jsonl", "--since", "2030-01-01"],
            "no search is left that counts: searches before --since or from --until on (1,500)",
        ),
        (["--out", "a.jsonl", "--click", "tap"], "no click is left that counts: there is none"),
        (["--out", "a.jsonl", "--from-cluster", "opensearch"], "give files"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_line(
    logs: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: list[str], why: str
) -> None:
    monkeypatch.chdir(tmp_path)
    assert why in error(run(logs[0], *options))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["a.qrels", "folder", "a.csv", "a.json"])
def test_judgements_are_written_in_the_formats_of_others(
    logs: list[Path], tmp_path: Path, name: str
) -> None:
    result = run(logs[0], "--out", tmp_path / name)
    assert result.exit_code == 0, result.output
    assert len(read_judgements(tmp_path / name)) > 10
    assert "no weights" in result.output


def test_what_is_read_is_never_overwritten(logs: list[Path]) -> None:
    before = logs[0].read_bytes()
    assert "which is read" in error(run(logs[0], "--out", logs[0].parent / "." / logs[0].name))
    assert logs[0].read_bytes() == before


def test_no_files_and_no_cluster_is_said(tmp_path: Path) -> None:
    assert "give files" in error(run("--out", tmp_path / "a.jsonl"))
