"""The three reports of one evaluation."""

import io
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

pytest.importorskip("matplotlib", reason="evaluating needs the extra `learn`")

from rich.console import Console

from sidecar.workshop.evaluation.evaluate import evaluate
from sidecar.workshop.evaluation.html_report import html_report
from sidecar.workshop.evaluation.json_report import json_report
from sidecar.workshop.evaluation.outcome import Evaluation
from sidecar.workshop.evaluation.plots import change_plot
from sidecar.workshop.evaluation.summary_tables import print_summary
from sidecar.workshop.model.progress import no_progress
from tests.workshop.evaluation.shop import QUERIES, Scorer, write_shop

HOSTILE = '<script>alert(1)</script><img src="http://evil.example/x"> [bold]$x_1$ 検索'


@pytest.fixture(scope="module")
def evaluation(tmp_path_factory: pytest.TempPathFactory) -> Evaluation:
    """With a query, titles and a configuration whose names are markup."""
    folder = tmp_path_factory.mktemp("shop")
    spec = write_shop(folder)
    for file in (spec.judgements, folder / "candidates.jsonl"):
        text = file.read_text()
        quoted = json.dumps(HOSTILE)[1:-1]
        if file.suffix == ".csv":
            quoted = '"' + HOSTILE.replace('"', '""') + '"'
            text = text.replace("query 3,", f"{quoted},")
        else:
            text = text.replace('"query 3"', f'"{quoted}"')
            text = text.replace('"rank": 11', f'"rank": 11, "title": "{quoted}"')
        file.write_text(text)
    rerank = (f"name={HOSTILE.replace(',', '')}", "profile=reversed,window=5")
    spec = replace(spec, rerank=rerank, price_per_hour=2.5)
    return evaluate(spec, no_progress, Scorer().opening())


def test_the_screen_shows_quality_changes_depth_and_cost(evaluation: Evaluation) -> None:
    out = io.StringIO()
    print_summary(evaluation, Console(file=out, width=160))
    text = out.getvalue()
    for word in ("nDCG@10", "judged@10", "first stage", "reversed, 5 hits", "better", "p95 ms"):
        assert word in text
    assert HOSTILE in text  # [bold] is text, not markup
    assert "1,000 queries cost" in text
    assert "adjusted by Holm for 2" in text


def test_every_report_says_how_many_comparisons_were_corrected(tmp_path: Path) -> None:
    """The baseline is compared with nothing, and one comparison alone is not corrected."""
    spec = replace(write_shop(tmp_path), baseline="old")
    names = ("name=old,profile=reversed", "name=new", "name=newer,window=11")
    for rerank, corrected in ((names[:2], None), (names, "adjusted by Holm for 2 comparisons")):
        found = evaluate(replace(spec, rerank=rerank), no_progress, Scorer().opening())
        out = io.StringIO()
        print_summary(found, Console(file=out, width=160))
        for report in (out.getvalue(), html_report(found)):
            assert "p: randomisation test" in report
            assert corrected in report if corrected else "Holm" not in report


def test_json_has_every_figure_and_query(evaluation: Evaluation) -> None:
    report = json.loads(json_report(evaluation))
    assert report["queries"] == len(report["per_query"]) == QUERIES
    first, best, _ = report["rankings"]
    assert first["comparison"] is None
    assert best["comparison"]["verdict"] == "better"
    assert best["comparison"]["low"] <= best["comparison"]["change"] <= best["comparison"]["high"]
    assert best["bounds"]["worst"] <= best["metrics"]["nDCG@10"]["mean"] <= best["bounds"]["best"]
    assert best["depth"][-1]["depth"] == 12
    assert best["depth_enough"] == 12
    assert best["cost"]["per_1000_queries"] > 0
    values = [row["values"][best["name"]]["nDCG@10"] for row in report["per_query"]]
    assert sum(values) / QUERIES == pytest.approx(best["metrics"]["nDCG@10"]["mean"])
    assert best["comparison"]["wins"][0]["hits"][0]["grade"] == 3


class Tags(HTMLParser):
    """Every tag, and every attribute that could load something."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        loading = {"src", "href", "xlink:href", "data", "action", "srcset"}
        self.addresses += [value or "" for name, value in attrs if name in loading]


def test_html_is_one_page_that_loads_nothing_and_escapes_all(evaluation: Evaluation) -> None:
    page = html_report(evaluation)
    parsed = Tags()
    parsed.feed(page)
    assert not parsed.tags & {"script", "img", "link", "iframe", "object", "image"}
    assert parsed.addresses
    assert all(address.startswith("#") for address in parsed.addresses)
    assert not re.search(r"url\((?!#)", page)
    assert "@import" not in page
    assert "default-src 'none'" in page
    assert "&lt;script&gt;alert(1)" in page
    assert page.count("<svg") == 5  # changes, depth, cost, and each configuration's queries
    plot = change_plot(evaluation)
    assert plot == change_plot(evaluation)  # nothing of it is by chance
    assert plot in page
