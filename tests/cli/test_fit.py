"""`rerank-sidecar fit`: a shop whose users want the colour that they name."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from sidecar import Reranker
from sidecar.cli import app
from sidecar.errors import StartupError
from sidecar.profiles import Profiles
from tests.cli.judged_shop import write_shop
from tests.tiny_models import tiny_model


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_model(tmp_path_factory.mktemp("models") / "one", 1)


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["fit", *map(str, arguments)])


def colour_blind(folder: Path) -> Path:
    """A profile to which the colour says nothing, and popularity much."""
    path = folder / "base.yaml"
    path.write_text(
        "extends: ecommerce\nfields: {color: {weight: 0}}\n"
        "signals: {color: {weight: 0}, popularity: {weight: 1, cap: 1}}\n"
    )
    return path


def written(folder: Path) -> set[str]:
    """What is there beside the input and the parts."""
    names = {path.name for path in folder.iterdir() if not path.name.endswith(".parts.jsonl")}
    return names - {"hits.jsonl", "judgements.jsonl"}


def test_it_writes_a_profile_that_ranks_better_and_serves(model: Path, tmp_path: Path) -> None:
    hits, judgements = write_shop(tmp_path)
    out, base = tmp_path / "shop.yaml", colour_blind(tmp_path)
    given = (base, "--judgements", judgements, "--candidates", hits)
    result = run(*given, "--out", out, "--model", model)
    assert result.exit_code == 0, (result.output, result.exception)
    assert "signal color" in result.output
    assert "as predicted" in result.output
    given_profile, profile = (Profiles.open(tmp_path).get(name) for name in ("base", "shop"))
    assert profile.signals["color"].weight > 0.1
    assert profile.signals["brand"] == given_profile.signals["brand"], "it says nothing here"
    assert profile.extends == "base"
    assert profile.calibration is not None
    with Reranker.open(model, profiles=tmp_path) as reranker:
        documents = [{"title": "shoe", "color": colour} for colour in ("blue", "red", "green")]
        best = reranker.rerank("red shoe", documents, profile="shop").ranked[0]
    assert best.index == 1

    parts = next(tmp_path.glob("*.parts.jsonl"))
    before = parts.read_bytes()
    again = run(*given, "--out", out, "--model", model, "--overwrite", "--no-calibration")
    assert again.exit_code == 0, again.output
    assert parts.read_bytes() == before, "nothing was scored again"
    assert Profiles.open(tmp_path).get("shop").calibration is None


@pytest.mark.parametrize("method", ["logistic", "ascent"])
def test_it_refuses_a_lift_that_may_be_none_unless_it_is_forced(
    method: str, model: Path, tmp_path: Path
) -> None:
    hits, judgements = write_shop(tmp_path, queries=10, by_chance=True)
    given = ("ecommerce", "--judgements", judgements, "--candidates", hits, "--model", model)
    given = (*given, "--out", tmp_path / "shop.yaml", "--method", method)
    refused = run(*given)
    assert isinstance(refused.exception, StartupError)
    assert refused.exception.message.startswith("refused: the held-out lift of nDCG@10 may be 0")
    assert written(tmp_path) == set()
    forced = run(*given, "--force")
    assert forced.exit_code == 0, forced.output
    assert "# THE LIFT MAY BE 0" in (tmp_path / "shop.yaml").read_text()


def test_what_cannot_be_fitted_is_one_line_and_writes_nothing(model: Path, tmp_path: Path) -> None:
    hits, judgements = write_shop(tmp_path)
    given = ("--candidates", hits, "--out", tmp_path / "shop.yaml", "--model", model)
    one, equal, other = (tmp_path / f"{name}.jsonl" for name in ("one", "equal", "other"))
    lines = judgements.read_text().splitlines(keepends=True)
    one.write_text("".join(lines[:10]))
    equal.write_text("".join(lines).replace('"grade": 2', '"grade": 0'))
    other.write_text("".join(lines).replace('"document_id": "q', '"document_id": "SKU-'))
    strange = tmp_path / "strange.jsonl"
    strange.write_text('{"query": "else", "document_id": "x", "grade": 1}\n')
    for profile, file, reason in (
        ("plain", judgements, "there is nothing to fit"),
        ("ecommerce", one, "at least 5 queries .* there is 1"),
        ("ecommerce", equal, "in no query do the judged hits differ in grade"),
        ("ecommerce", other, "no hit is judged: hits have IDs such as 'q0h0'"),
        ("ecommerce", strange, "has no hits of a query that is judged"),
        ("ecommerce", tmp_path / "absent.jsonl", "there is no file"),
        ("shopp", judgements, "is not one of"),
    ):
        result = run(profile, "--judgements", file, *given)
        assert isinstance(result.exception, StartupError), (profile, file, result.output)
        with pytest.raises(StartupError, match=reason):
            raise result.exception
        assert "\n" not in result.exception.message
    assert not (tmp_path / "shop.yaml").exists()


def test_features_that_never_differ_are_no_fit(model: Path, tmp_path: Path) -> None:
    hits, judgements = write_shop(tmp_path)
    (tmp_path / "own").mkdir()
    profile = tmp_path / "own" / "titles.yaml"
    profile.write_text("fields: {headline: {weight: 0.2}}\n")
    result = run(profile, "--judgements", judgements, "--candidates", hits, "--model", model)
    assert isinstance(result.exception, StartupError)
    assert "no field match and no signal differs" in result.exception.message
    assert not list((tmp_path / "own").glob("*fitted.yaml"))


def test_a_folder_of_judged_documents_needs_no_candidates(model: Path, tmp_path: Path) -> None:
    import json

    hits, judgements = write_shop(tmp_path)
    folder = tmp_path / "beir"
    folder.mkdir()
    rows = [json.loads(line) for line in hits.read_text().splitlines()]
    grades = [json.loads(line) for line in judgements.read_text().splitlines()]
    documents = [{"_id": h["_id"], "fields": h["_source"]} for row in rows for h in row["hits"]]
    queries = [{"_id": row["query_id"], "text": row["query"]} for row in rows]
    for name, lines in (("corpus", documents), ("queries", queries)):
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    qrels = (f"{g['query_id']}\t{g['document_id']}\t{g['grade']}\n" for g in grades)
    (folder / "qrels.tsv").write_text("".join(qrels))
    base = colour_blind(tmp_path)
    result = run(base, "--judgements", folder, "--model", model)
    assert result.exit_code == 0, (result.output, result.exception)
    assert Profiles.open(tmp_path).get("base-fitted").signals["color"].weight > 0.1
