"""The whole evaluation, with scorers that need no model."""

from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("ir_measures", reason="evaluating needs the extra `learn`")

from sidecar.errors import StartupError
from sidecar.workshop.evaluation.evaluate import EvaluationSpec, evaluate
from sidecar.workshop.evaluation.measures import Grading
from sidecar.workshop.evaluation.outcome import Evaluation
from sidecar.workshop.model.progress import no_progress
from tests.workshop.evaluation.shop import HITS, QUERIES, Scorer, write_shop


def run(spec: EvaluationSpec, scorer: Scorer | None = None) -> Evaluation:
    return evaluate(spec, no_progress, (scorer or Scorer()).opening())


@pytest.fixture
def spec(tmp_path: Path) -> EvaluationSpec:
    return write_shop(tmp_path)


def test_every_way_of_ranking_is_measured_beside_the_first_stage(spec: EvaluationSpec) -> None:
    rerank = ("name=good", "name=half,window=6", "name=bad,profile=reversed")
    evaluation = run(replace(spec, rerank=rerank, metrics="MRR@10,nDCG@10,P@5"))
    first, good, half, bad = evaluation.rankings
    assert first.name == evaluation.baseline == "first stage"
    assert first.mean("MRR@10") == 1.0  # a document of grade 1 is first already
    assert good.mean("nDCG@10") == pytest.approx(7 / (7 + 1 / 1.584963), abs=1e-3)
    assert half.mean("MRR@10") == pytest.approx(1 / 6)  # the first hit is now the sixth
    assert bad.mean("MRR@10") == 1.0
    assert half.comparison is not None
    assert half.comparison.verdict == "worse"
    assert half.comparison.queries.lost == QUERIES
    assert bad.comparison is not None
    assert bad.comparison.verdict == "no difference shown"
    assert good.curve[-1].depth == HITS
    assert half.curve[-1].depth == 6
    assert good.cost is not None
    assert evaluation.perfect == 1.0


def test_the_depth_curve_is_what_a_smaller_window_would_give(spec: EvaluationSpec) -> None:
    evaluation = run(replace(spec, rerank=("name=all", "name=three,window=3")))
    _, whole, three = evaluation.rankings
    (point,) = [point for point in whole.curve if point.depth == 3]
    assert point.mean == three.mean("nDCG@10") == three.curve[-1].mean


def test_another_baseline_may_be_named(spec: EvaluationSpec) -> None:
    rerank = ("name=old,profile=reversed", "name=new")
    evaluation = run(replace(spec, rerank=rerank, baseline="old"))
    first, old, new = evaluation.rankings
    assert old.comparison is None
    assert new.comparison is not None
    assert new.comparison.verdict == "better"
    assert first.comparison is not None
    with pytest.raises(StartupError, match="--baseline other"):
        run(replace(spec, baseline="other"))


def test_an_interrupted_run_goes_on(spec: EvaluationSpec) -> None:
    interrupted = Scorer(fails_at=10)
    with pytest.raises(KeyboardInterrupt):
        run(spec, interrupted)
    with spec.state.open("ab") as file:
        file.write(b'{"scorer": "plain", "qu')  # killed in the middle of a line
    resumed = Scorer()
    whole = run(spec, resumed)
    assert len(resumed.calls) == QUERIES - 10
    assert not {*resumed.calls} & {*interrupted.calls}
    again = Scorer()
    assert run(spec, again).rankings[1].cost == whole.rankings[1].cost
    assert not again.calls


def test_only_what_is_new_is_scored(spec: EvaluationSpec) -> None:
    run(replace(spec, rerank=("window=4",)))
    wider = Scorer()
    run(replace(spec, rerank=("window=6", "profile=reversed,window=2")), wider)
    assert {documents for _, documents in wider.calls} == {2}
    assert len(wider.calls) == 2 * QUERIES


def test_a_state_that_is_something_else_is_left_alone(spec: EvaluationSpec) -> None:
    spec.state.write_text("my notes\n")
    with pytest.raises(StartupError, match="holds no scores"):
        run(spec)
    assert spec.state.read_text() == "my notes\n"


def test_what_is_left_out_is_said(spec: EvaluationSpec, tmp_path: Path) -> None:
    with spec.judgements.open("a") as file:
        file.write("\nnowhere,1-1,0\nsomewhere,1-1,2\nquery 0,0-0,1")
    with (tmp_path / "candidates.jsonl").open("a") as candidates:
        candidates.write('\n{"query": "unasked", "hits": []}\n')
    evaluation = run(spec)
    notes = "\n".join(evaluation.notes)
    assert len(evaluation.queries) == QUERIES
    assert "judged as in line" in notes
    assert "1 query has no document of grade 1 or more: 'nowhere'" in notes
    assert "1 query is not in the file: 'somewhere'" in notes
    strict = run(replace(spec, grading=Grading(3.0)))
    assert strict.rankings[0].mean("MRR@10") == 0.0
    assert "2 queries have no document of grade 3 or more" in "\n".join(strict.notes)


def test_queries_may_be_few_but_not_one(spec: EvaluationSpec) -> None:
    evaluation = run(replace(spec, max_queries=2))
    assert "2 queries are few" in "\n".join(evaluation.notes)
    with pytest.raises(StartupError, match="at least two queries"):
        run(replace(spec, max_queries=1))


def test_no_hits_at_all_are_an_evaluation_too(spec: EvaluationSpec, tmp_path: Path) -> None:
    lines = [f'{{"query": "query {number}", "hits": []}}' for number in range(3)]
    (tmp_path / "candidates.jsonl").write_text("\n".join(lines))
    evaluation = run(spec)
    assert evaluation.rankings[1].mean("nDCG@10") == 0.0
    assert evaluation.rankings[1].cost is None
    assert "found nothing for 3 queries" in "\n".join(evaluation.notes)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"candidates": None}, "give --candidates FILE"),
        ({"index": "products"}, "give one of them"),
        ({"rerank": ("profile",)}, "KEY=VALUE"),
        ({"rerank": ("depth=3",)}, "KEY=VALUE"),
        ({"rerank": ("window=13",)}, "from 1 to 12"),
        ({"rerank": ("window=0",)}, "from 1 to 12"),
        ({"rerank": ("sidecar=localhost",)}, "http://"),
        ({"rerank": ("name=a", "name=a,window=2")}, "called 'a'"),
        ({"rerank": ("name=first stage",)}, "called 'first stage'"),
        ({"metrics": "ERR"}, "--metrics"),
        ({"judgements": Path("none.csv")}, "no file none.csv"),
        ({"state": Path("none/state")}, "--state"),
    ],
)
def test_faults_are_one_line_before_anything_is_scored(
    spec: EvaluationSpec, change: dict[str, object], message: str
) -> None:
    scorer = Scorer()
    with pytest.raises(StartupError, match=message) as caught:
        run(replace(spec, **change), scorer)  # type: ignore[arg-type]
    assert "\n" not in caught.value.message
    assert not scorer.calls
    assert not spec.state.exists()
