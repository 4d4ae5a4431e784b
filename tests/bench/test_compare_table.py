"""What a page, the screen and the plot say of a comparison."""

import io
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from sidecar.cli.bench.compare.figures import target
from sidecar.cli.bench.compare.plot import draw, panels
from sidecar.cli.bench.compare.table import markdown, show
from tests.bench.compared import COMPARISON, row


def test_every_figure_stands_on_the_page() -> None:
    page = markdown(COMPARISON)
    assert "a CPU, 2 cores (vnni, bf16), 2 threads for each" in page
    assert "Ours with workers=1." in page
    assert "| strong | 80.0 |" in page
    assert "| strong | 1.50 (1.50 to 1.50) |" in page
    assert "| strong | 90.5 / 1,500 / 1,600 |" in page
    assert "| strong | 12.50 |" in page
    assert "Cost of a million pairs at 0.1 an hour" in page
    assert "| strong | 0.250 |" in page
    assert "| strong | 16 | 321 | 0.5 | 0.12 | 0.25 | 0.062 | 0.975 |" in page
    assert "the strongest peer (strong): 1.50 (1.50 to 1.50); target 1.3, met; wished 2." in page
    assert "- strong: lib 1.2; pairs/s by batch size 8: 50.0, 16: 60.0." in page
    assert "load average" not in page


def test_every_table_has_a_row_for_each_contender_and_one_width() -> None:
    for table in markdown(COMPARISON).split("**Pairs/s")[1].split("\n\n"):
        lines = [line for line in table.splitlines() if line.startswith("|")]
        assert len({line.count("|") for line in lines}) <= 1
        assert len(lines) in (0, 2 + len(COMPARISON.rows))


def test_who_failed_is_shown_with_the_reason() -> None:
    page = markdown(COMPARISON)
    assert "| absent (failed) |  |" in page
    assert "absent failed: no such package" in page


def test_a_missed_target_and_none_are_said() -> None:
    rows = (row("ours", ours=True, rate=100), row("strong", rate=90, ratio=1.1))
    missed = replace(COMPARISON, rows=rows, target=target(rows, "lognormal"))
    assert "target 1.3, missed" in markdown(missed)
    assert "Target: not measured" in markdown(replace(COMPARISON, target=None))


def test_no_price_no_cost_and_a_busy_machine_is_said() -> None:
    machine = replace(COMPARISON.machine, load_before=3.0)
    page = markdown(replace(COMPARISON, price_per_hour=None, machine=machine))
    assert "Cost" not in page
    assert "The load average was 3.0" in page


def test_the_screen_says_the_same() -> None:
    out = io.StringIO()
    show(COMPARISON, Console(file=out, width=200))
    for word in ("80.0", "1.50 (1.50 to 1.50)", "12.50", "321", "absent failed: no such package"):
        assert word in out.getvalue()
    assert "*" not in out.getvalue()


def test_a_panel_has_the_fastest_first_and_nobody_who_failed(tmp_path: Path) -> None:
    (panel,) = panels(COMPARISON)
    assert panel.names == ("ours", "strong")
    assert panel.medians == (120, 80)
    assert panel.ours == (True, False)
    path = tmp_path / "plot.png"
    draw(COMPARISON, path)
    assert path.read_bytes().startswith(b"\x89PNG")
