"""`rerank-sidecar calibrate`: scores that are probabilities, and the next model."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from sidecar import Reranker
from sidecar.cli import app
from sidecar.errors import ProfileError, StartupError
from sidecar.profile import Profile
from sidecar.profiles import Profiles
from tests.cli.judged_shop import write_shop
from tests.tiny_models import tiny_model


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_model(tmp_path_factory.mktemp("models") / "one", 1)


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_model(tmp_path_factory.mktemp("models") / "two", 2)


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["calibrate", *map(str, arguments)])


def failed(*arguments: object) -> str:
    """The one line that the command ends with."""
    result = run(*arguments)
    assert isinstance(result.exception, StartupError), (result.output, result.exception)
    assert "\n" not in result.exception.message
    return result.exception.message


def profile_of(folder: Path) -> Profile:
    return Profiles.open(folder).get("shop")


@pytest.fixture
def calibrated(one: Path, tmp_path: Path) -> Path:
    """A folder with `shop.yaml`, calibrated for the model `one`."""
    hits, judgements = write_shop(tmp_path, queries=24)
    own = tmp_path / "wanted.yaml"
    own.write_text("extends: ecommerce\nsignals: {color: {weight: 2, cap: 2}}\n")
    given = (own, "--judgements", judgements, "--candidates", hits, "--out", tmp_path / "shop.yaml")
    diagram = tmp_path / "reliability.svg"
    result = run(*given, "--model", one, "--precision", "0.9", "--diagram", diagram)
    assert result.exit_code == 0, (result.output, result.exception)
    assert "min_score 0." in result.output
    assert "held out, precision" in result.output
    assert diagram.read_text().lstrip().startswith("<?xml")
    return tmp_path


def test_scores_are_the_shares_of_relevant_documents(calibrated: Path, one: Path) -> None:
    rows = [json.loads(line) for line in (calibrated / "hits.jsonl").read_text().splitlines()]
    grades = {
        row["document_id"]: row["grade"]
        for row in map(json.loads, (calibrated / "judgements.jsonl").read_text().splitlines())
    }
    scores, relevant = [], 0
    with Reranker.open(one, profiles=calibrated) as reranker:
        for row in rows:
            documents = [hit["_source"] for hit in row["hits"]]
            result = reranker.rerank(row["query"], documents, profile="shop")
            scores += [each.score for each in result.ranked]
            relevant += sum(grades[hit["_id"]] >= 1 for hit in row["hits"])
    assert sum(scores) / len(scores) == pytest.approx(relevant / len(scores), abs=0.02)


def test_the_next_model_is_calibrated_on_the_same_pairs(
    calibrated: Path, one: Path, two: Path
) -> None:
    with pytest.raises(ProfileError, match="calibrate --again"):
        Reranker.open(two, profiles=calibrated)
    before = profile_of(calibrated)
    (calibrated / "hits.jsonl").unlink()
    (calibrated / "judgements.jsonl").unlink()
    pairs = calibrated / "shop.pairs.jsonl"
    result = run("--again", pairs, "--model", two)
    assert result.exit_code == 0, (result.output, result.exception)
    assert f"before: score revision {before.calibration.score_revision}" in result.output  # type: ignore[union-attr]
    after = profile_of(calibrated)
    assert after.calibration != before.calibration
    assert after.model_copy(update={"calibration": None}) == before.model_copy(
        update={"calibration": None}
    )
    with Reranker.open(two, profiles=calibrated) as reranker:
        assert reranker.rerank("red shoe", ["a"], profile="shop").ranked
    head = json.loads(pairs.read_text().partition("\n")[0])
    assert (head["precision"], head["relevant"]) == (0.9, 1.0)
    # and back again: the pairs are still those of the first time
    assert run("--again", pairs, "--model", one).exit_code == 0
    assert profile_of(calibrated) == before


def test_plain_texts_can_be_calibrated(one: Path, tmp_path: Path) -> None:
    """Judges who mostly like what the model likes, but for every seventh document."""
    hits, judgements, number = tmp_path / "hits.jsonl", tmp_path / "judgements.jsonl", 0
    with Reranker.open(one) as reranker, hits.open("w") as shown, judgements.open("w") as judged:
        for query in ("red shoe", "blue hat", "green bag", "a coat"):
            texts = [f"{query} {place**3} for {query[::-1]}" for place in range(12)]
            each = [{"_id": str(place), "text": text} for place, text in enumerate(texts)]
            shown.write(json.dumps({"query": query, "hits": each}) + "\n")
            for rank, ranked in enumerate(reranker.rerank(query, texts).ranked):
                number += 1
                row = {"query": query, "document_id": str(ranked.index)}
                judged.write(
                    json.dumps({**row, "grade": int((rank < 4) ^ (number % 7 == 0))}) + "\n"
                )
    given = ("plain", "--judgements", judgements, "--candidates", hits, "--model", one)
    result = run(*given, "--out", tmp_path / "plain.yaml")
    assert result.exit_code == 0, (result.output, result.exception)
    found = Profiles.open(tmp_path).get("plain")
    assert found.calibration is not None
    assert not found.parse, "it is still the profile that parses nothing"


def test_bad_input_is_one_line_and_writes_nothing(one: Path, tmp_path: Path) -> None:
    hits, judgements = write_shop(tmp_path)
    given = ("--judgements", judgements, "--candidates", hits, "--model", one)
    out = ("--out", tmp_path / "shop.yaml")
    assert "none of the judged hits reach" in failed("ecommerce", *given, *out, "--relevant", 9)
    assert "all of the judged hits reach" in failed("ecommerce", *given, *out, "--relevant", 0)
    assert "name PROFILE and --judgements" in failed("ecommerce", *out)
    assert "--again PAIRS has" in failed("ecommerce", *given, "--again", hits)
    assert "holds no pairs of a calibration" in failed("--again", hits)
    assert ".svg or .png" in failed("ecommerce", *given, *out, "--diagram", tmp_path / "x.gif")
    damaged = tmp_path / "x.pairs.jsonl"
    damaged.write_text('{"kind": "rerank-sidecar calibrated pairs", "version": 1}\n')
    assert "is damaged" in failed("--again", damaged)
    assert not (tmp_path / "shop.yaml").exists()
    assert not (tmp_path / "shop.pairs.jsonl").exists()
