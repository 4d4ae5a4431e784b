"""The file of parts: what it gives back, and what it refuses."""

from pathlib import Path

import pytest

from sidecar.profile import Profile, ProfileCalibration
from sidecar.profiles import Profiles
from sidecar.workshop.scored_hits.judged_parts import FittingError
from sidecar.workshop.scored_hits.scored_query import PartsFile, PartsHead, ScoredQuery, digest_of

SHOP = Profiles.open().get("ecommerce")
HEAD = PartsHead.of(SHOP, "0123456789abcdef")
SCORED = ScoredQuery("q1", ("p1", "p2"), (1.5, -0.25), {("signal", "a b"): [1.0, 0.0]})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "shop.parts.jsonl"
    with PartsFile(path, HEAD) as file:
        file.add("d1", SCORED)
    return path


def test_what_is_scored_is_known_again(path: Path) -> None:
    with PartsFile(path, HEAD) as file:
        assert file.find("q1", "d1") == SCORED
        assert file.find("q1", "d2") is None, "its hits have changed"
        assert file.find("q2", "d1") is None


def test_a_line_that_was_not_finished_is_dropped_and_the_file_goes_on(path: Path) -> None:
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"query": "q2", "digest": "d')
    other = ScoredQuery("q3", ("p1",), (0.5,), {})
    with PartsFile(path, HEAD) as file:
        assert file.find("q1", "d1") == SCORED
        file.add("d3", other)
    assert path.read_bytes().startswith(whole)
    with PartsFile(path, HEAD) as file:
        assert (file.find("q1", "d1"), file.find("q3", "d3")) == (SCORED, other)


def test_a_line_without_its_documents_costs_its_query_alone(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b'{"query": "q2", "digest": "d2"}\n')
    with PartsFile(path, HEAD) as file_again:
        assert (file_again.find("q1", "d1"), file_again.find("q2", "d2")) == (SCORED, None)


@pytest.mark.parametrize(
    "head", [PartsHead.of(SHOP, "f" * 16), PartsHead.of(Profile(name="x"), HEAD.score_revision)]
)
def test_parts_of_another_model_or_profile_are_refused(path: Path, head: PartsHead) -> None:
    before = path.read_bytes()
    with pytest.raises(FittingError, match="another profile, model or version"):
        PartsFile(path, head)
    assert path.read_bytes() == before


def test_parts_do_not_depend_on_the_profiles_calibration() -> None:
    own = ProfileCalibration(score_revision="f" * 16, temperature=2.0)
    assert PartsHead.of(SHOP.model_copy(update={"calibration": own}), "r") == PartsHead.of(
        SHOP, "r"
    )


@pytest.mark.parametrize("content", [b"title,price\nshoe,5\n", b'{"query": "red", "hits": []}\n'])
def test_other_files_are_left_alone(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "candidates.jsonl"
    path.write_bytes(content)
    with pytest.raises(FittingError, match="something else"):
        PartsFile(path, HEAD)
    assert path.read_bytes() == content


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(FittingError, match="No such file"):
        PartsFile(tmp_path / "absent" / "x.jsonl", HEAD)


def test_a_digest_tells_queries_and_documents_apart() -> None:
    assert digest_of("red", ["a"]) != digest_of("red", ["b"])
    assert digest_of("red", ["a"]) != digest_of("blue", ["a"])
    assert digest_of("red", [{"a": 1, "b": 2}]) == digest_of("red", [{"b": 2, "a": 1}])
    assert digest_of("\ud800", ["ü"])
