"""A comparison as a page, on the screen and in a plot."""

from dataclasses import replace
from pathlib import Path

from sidecar.workshop.bench.compare.comparison_plot import draw, panels
from sidecar.workshop.bench.compare.comparison_tables import show, tables, to_markdown
from sidecar.workshop.bench.compare.figures import speed_target
from tests.workshop.bench.compare.example_comparison import COMPARISON, row
from tests.workshop.printed import printed


def test_every_figure_is_on_the_page() -> None:
    page = to_markdown(COMPARISON)
    assert "a CPU, 2 cores (vnni, bf16), 2 threads for each" in page
    assert "Ours with workers=1." in page
    assert "| strong | 80.0 |" in page
    assert "| strong | 1.50 (1.50 to 1.50) |" in page
    assert "| strong | 90.5 / 1,500 / 1,600 |" in page
    assert "| strong | 12.50 |" in page
    assert "Cost of a million pairs at 0.1 an hour" in page
    assert "| strong | 0.250 |" in page
    assert "| strong | 16 | 321 | 0.5 | 0.12 | 0.25 | 0.062 | 0.975 |" in page
    assert (
        "the strongest peer (strong): 1.50 (1.50 to 1.50); target 1.3, met; stretch target 2."
        in page
    )
    assert "- strong: lib 1.2; pairs/s by batch size 8: 50.0, 16: 60.0." in page
    assert "load average" not in page


def test_every_table_has_a_row_for_each_contender_and_one_width() -> None:
    parts = [part for part in to_markdown(COMPARISON).split("\n\n") if part.startswith("|")]
    assert len(parts) == len(tables(COMPARISON)) == 6
    for lines in map(str.splitlines, parts):
        assert len({line.count("|") for line in lines}) == 1
        assert len(lines) == 2 + len(COMPARISON.rows)


def test_a_failed_contender_is_shown_with_its_reason() -> None:
    page = to_markdown(COMPARISON)
    assert "| absent (failed) |  |" in page
    assert "absent failed: no such package" in page


def test_a_missed_target_and_a_missing_one_are_shown() -> None:
    rows = (row("ours", ours=True, rate=100), row("strong", rate=90, ratio=1.1))
    missed = replace(COMPARISON, rows=rows, target=speed_target(rows, "lognormal"))
    assert "target 1.3, missed" in to_markdown(missed)
    assert "Target: not measured" in to_markdown(replace(COMPARISON, target=None))


def test_without_a_price_there_is_no_cost_and_a_busy_machine_is_shown() -> None:
    machine = replace(COMPARISON.machine, load_before=3.0)
    page = to_markdown(replace(COMPARISON, price_per_hour=None, machine=machine))
    assert "Cost" not in page
    assert "The load average was 3.0" in page


def test_the_screen_shows_the_same() -> None:
    text = printed(show, COMPARISON)
    for word in ("80.0", "1.50 (1.50 to 1.50)", "12.50", "321", "absent failed: no such package"):
        assert word in text
    assert "*" not in text


def test_a_panel_has_the_fastest_first_and_no_failed_contender(tmp_path: Path) -> None:
    (panel,) = panels(COMPARISON)
    assert panel.names == ("ours", "strong")
    assert panel.medians == (120, 80)
    assert panel.ours == (True, False)
    path = tmp_path / "plot.png"
    draw(COMPARISON, path)
    assert path.read_bytes().startswith(b"\x89PNG")
