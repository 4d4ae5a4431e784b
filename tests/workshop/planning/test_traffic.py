"""The traffic file."""

from pathlib import Path

import pytest

from sidecar.errors import StartupError
from sidecar.workshop.planning.traffic import read_traffic
from tests.workshop.planning.nodes import traffic

EXAMPLES = sorted((Path(__file__).parents[3] / "examples" / "planning").glob("*.toml"))
GOOD = """
[queries]
per_second = 2.0
[hits]
per_query = 10
[pairs]
median_tokens = 40
[promise]
deadline_ms = 500
"""


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_examples_are_read(path: Path) -> None:
    assert read_traffic(path).model == "minilm-en"


def test_there_are_three_examples() -> None:
    assert [path.stem for path in EXAMPLES] == ["law", "shop", "web"]


def test_the_peak_and_the_shares_of_hits() -> None:
    day = [1.0] * 23 + [13.0]
    found = traffic(queries={"by_hour": day}, hits={"per_query": {"10": 3, "50": 1}})
    assert found.queries.peak == pytest.approx(13 * 24 / 36)
    assert found.hits.shares == {10: 0.75, 50: 0.25}
    assert found.hits.mean == 20


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("per_second = 2.0", "per_second = 0", "queries.per_second"),
        ("per_second = 2.0", "per_secnd = 2.0", "queries.per_second"),
        ("per_query = 10", "per_query = 10\ndepth = 3", "hits.depth"),
        ("per_query = 10", "per_query = {}", "hits.per_query"),
        ("per_query = 10", "per_query = 0", "hits.per_query"),
        ("per_second = 2.0", "per_second = 2.0\nby_hour = [1, 2]", "24 numbers"),
        ("per_second = 2.0", "per_second = 2.0\nrepeat_share = 1.5", "repeat_share"),
        ("per_second = 2.0", "per_second = 2.0\npopular = 50", "without `repeat_share`"),
        ("median_tokens = 40", "median_tokens = 400\nmax_tokens = 100", "above `max_tokens`"),
        ("[promise]\ndeadline_ms = 500", "", "promise"),
        ("[hits]", "[hits", "is not TOML"),
    ],
)
def test_what_is_wrong_is_one_line(tmp_path: Path, old: str, new: str, words: str) -> None:
    path = tmp_path / "traffic.toml"
    path.write_text(GOOD)
    read_traffic(path)
    path.write_text(GOOD.replace(old, new))
    with pytest.raises(StartupError) as caught:
        read_traffic(path)
    assert words in caught.value.message
    assert str(path) in caught.value.message
    assert "\n" not in caught.value.message


def test_a_file_that_is_no_text_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "traffic.toml"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(StartupError, match="is not TOML"):
        read_traffic(path)
    with pytest.raises(StartupError, match="Is a directory"):
        read_traffic(tmp_path)
