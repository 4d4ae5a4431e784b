"""examples/learn/loop.py: the whole loop in its short form, and the truth that it is held to."""

import io
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from rich.console import Console

pytest.importorskip("ir_measures", reason="the loop needs the extra `learn`")
pytest.importorskip("bm25s", reason="the loop needs the extra `demo`")

from es_integration import SyncSidecarClient
from es_integration.sidecar_client import Ranking
from sidecar.workshop.fitting import tables
from tests.examples.scripts import importable

SHORT = ("--queries", "6", "--searches", "100", "--users", "40", "--nights", "1", "--offline")
PROFILE = "extends: ecommerce\nname: shop\nsignals:\n  rating: {weight: 3.0, cap: 3.0}\n"


@pytest.fixture(scope="module")
def example() -> Iterator[Path]:
    """The example's folder, from which its files can be imported. Fewer hits are reranked than in a
    run of the example: the model takes most of its time."""
    with importable("learn") as folder:
        import_module("first_stage").HITS = 15
        yield folder


@pytest.fixture(scope="module")
def shop(example: Path) -> Any:
    return import_module("shop").open_shop(12, 1)


@pytest.fixture
def truth(example: Path) -> Any:
    return import_module("truth")


def best_orders(shop: Any) -> list[list[str]]:
    names = [document.id for document in shop.collection.documents]
    return [[names[at] for at in np.argsort(-row, kind="stable")] for row in shop.attraction]


def test_a_shop_is_the_same_for_the_same_seed_and_its_queries_have_answers(
    example: Path, shop: Any
) -> None:
    again = import_module("shop").open_shop(12, 1)
    assert again.queries == shop.queries
    assert np.array_equal(again.attraction, shop.attraction)
    assert shop.demand.sum() == pytest.approx(1)
    assert (shop.grades.max(axis=1) > 0).all()
    assert import_module("shop").open_shop(12, 2).queries != shop.queries


def test_the_best_order_is_perfect_and_the_worst_is_not(shop: Any, truth: Any) -> None:
    best = best_orders(shop)
    worst = [order[::-1] for order in best]
    assert truth.ndcg(shop, best) == pytest.approx(np.ones(len(best)))
    assert truth.ndcg(shop, worst).max() < 0.5
    # Of the two best alone: nothing else is ranked.
    judged = {query: order[:2] for query, order in zip(shop.queries, best, strict=True)}
    assert truth.ndcg(shop, best, judged) == pytest.approx(np.ones(len(best)))


def test_the_true_share_of_clicked_searches_is_what_users_click(shop: Any, truth: Any) -> None:
    users, best = import_module("users"), best_orders(shop)
    visits = users.visits(shop, 4000, 50, datetime(2026, 11, 1, tzinfo=UTC), 7, seed=3)
    pages = [best[visit.query][: users.SHOWN] for visit in visits]
    clicked = [
        bool(users.clicked_places(shop, visit, page, seed=4))
        for visit, page in zip(visits, pages, strict=True)
    ]
    assert np.mean(clicked) == pytest.approx(truth.clicked_share(shop, best), abs=0.03)
    again = users.clicked_places(shop, visits[0], pages[0], seed=4)
    assert again == users.clicked_places(shop, visits[0], pages[0], seed=4)


def test_users_prefer_a_better_order_and_neither_of_two_equal_ones(shop: Any, truth: Any) -> None:
    best = best_orders(shop)
    worst = [order[::-1] for order in best]
    assert truth.preferred(shop, best, best, draws=1500) == pytest.approx(0.5, abs=0.06)
    assert truth.preferred(shop, worst, best, draws=300) > 0.9
    assert truth.preferred(shop, best, worst, draws=300) < 0.1


def test_estimates_are_compared_pair_by_pair(shop: Any, truth: Any, tmp_path: Path) -> None:
    names = [document.id for document in shop.collection.documents]
    rows = []
    for column in range(20):
        chance = float(shop.attraction[0, column])
        row = {"query": shop.queries[0], "document_id": names[column], "judged": column != 3}
        grade = int(shop.grades[0, column])
        rows.append(row | {"relevance": chance, "low": 0, "high": chance / 2, "grade": grade})
    (tmp_path / "estimates.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    found = truth.estimates(shop, tmp_path / "estimates.jsonl")
    assert len(found.truth) == 19
    assert (found.correlation, found.covered, found.right_grades) == (pytest.approx(1), 0, 1)


def test_the_lift_is_read_as_fit_prints_it(
    example: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    learning, ran = import_module("learning"), import_module("commands").Ran
    before, after = np.array([0.5, 0.7]), np.array([0.51, 0.75])
    validated: Any = SimpleNamespace(
        before=before, after=after, lift=after - before, chosen=(), setting="1"
    )
    spec: Any = SimpleNamespace(depth=10)
    outcome: Any = SimpleNamespace(validated=validated, interval=(-0.01, 0.07))
    out = io.StringIO()
    tables._print_lift(spec, outcome, Console(file=out))
    monkeypatch.setattr(learning, "run", lambda *words: ran("fit", 0, out.getvalue()))
    assert learning.fit(tmp_path).lift == pytest.approx((0.03, -0.01, 0.07))


@pytest.mark.parametrize(
    ("lift", "tried"), [((0.01, -0.02, 0.04), "shop"), ((-0.01, -0.04, 0.02), None), (None, None)]
)
def test_users_try_what_looks_better(example: Path, lift: Any, tried: str | None) -> None:
    assert import_module("learning").Measured(None, lift, False, "shop").tried == tried


def test_a_search_is_made_once_and_its_answer_is_not_shared(example: Path) -> None:
    asked: list[Any] = []

    def search(**words: Any) -> Any:
        asked.append(words)
        return {"hits": [len(asked)]}

    cluster = import_module("remembered").RememberedCluster(SimpleNamespace(search=search))
    cluster.search(index="a", body={"query": 1, "size": 2})["hits"].append("changed")
    assert cluster.search(body={"size": 2, "query": 1}, index="a") == {"hits": [1]}
    assert cluster.search(index="b", body={}) == {"hits": [2]}


def test_a_ranking_that_failed_is_asked_for_again(
    example: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    remembered = import_module("remembered")
    answers = [Ranking((0,), None, "no answer"), Ranking((0,), (0.5,))]
    monkeypatch.setattr(
        SyncSidecarClient, "rerank_or_keep", lambda *words, **options: answers.pop(0)
    )
    sidecar = remembered.RememberedSidecar("http://127.0.0.1:1", timeout=1.0)
    found = [sidecar.rerank_or_keep("q", ["a"], profile="plain").reason for _ in range(3)]
    assert found == ["no answer", None, None]


def test_the_loop_runs_whole(
    example: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Both weeks with all commands but training, which other tests have. Few clicks prove nothing,
    so a profile is given in place of the fitted one."""
    loop, learning = import_module("loop"), import_module("learning")
    ran: list[Any] = []

    def fit(work: Path) -> Any:
        ran.append(loop_fit(work))
        (work / "profiles" / "shop.yaml").write_text(PROFILE)
        return learning.Measured(ran[0].step, (0.1, 0.0, 0.2), True, "shop")

    loop_fit = loop.fit
    monkeypatch.setattr(loop, "fit", fit)
    monkeypatch.setattr(learning, "can_train", lambda: False)
    work = tmp_path / "shop"
    loop.main([str(work), *SHORT])
    printed = capsys.readouterr().out
    assert "Skipped: training needs the extra `build`" in printed
    commands = re.findall(
        r"\$ rerank-sidecar ([a-z-]+(?: (?:from-clicks|analyse|guard))?)", printed
    )
    assert commands == [
        *("evaluate", "experiment analyse", "judgements from-clicks", "fit", "fit"),
        *("experiment guard", "experiment analyse"),
    ]
    assert not ran[0].accepted
    report = (work / "report.html").read_text()
    assert report.count("<h2>") == 8  # how right it was, and seven steps
    assert report.count("data:image/png;base64,") >= 4
    assert not re.search(r"(?:src|href)=\"(?!data:)", report)
    assert "By the truth that is" in report
    lines = [line for file in work.glob("week-*/*.jsonl") for line in file.read_text().splitlines()]
    stamps = [json.loads(line)["timestamp"] for line in lines]
    assert max(stamps) < datetime.now(UTC).isoformat()
    assert (datetime.fromisoformat(max(stamps)) - datetime.fromisoformat(min(stamps))).days >= 12
    assert {path.name for path in (work / "plots").iterdir()} >= {"baseline.png", "preference.png"}


def test_a_folder_with_something_in_it_is_left_alone(
    example: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(SystemExit):
        import_module("loop").main([str(tmp_path)])
    assert "is not empty" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
