"""Profiles that are written: read back as they are meant, beside what they extend."""

from pathlib import Path

import pytest

from sidecar.errors import ProfileError
from sidecar.profile import ProfileCalibration
from sidecar.profiles import read_profile
from sidecar.workshop.scored_hits.judged_parts import FittingError
from sidecar.workshop.scored_hits.profile_source import ProfileSource
from sidecar.workshop.scored_hits.profile_text import profile_text

OWN = ProfileCalibration(score_revision="1234567890123456", temperature=1.25, bias=-0.0001)


def test_what_changes_is_written_and_read_back() -> None:
    given = read_profile(
        'extends: ecommerce\nfields: {"Größe: 1": {}, no: {weight: 0.5}}', "s.yaml"
    )
    assert given.name == "s"
    changed = {
        "fields": {"Größe: 1": {"weight": 0.001}, "no": {"weight": 12.0}},
        "match_cap": 0.75,
        "signals": {"brand": {"weight": 1e-3, "cap": 0.01}},
    }
    text = profile_text(given, changed, OWN, ["48 queries: +0.01 # really"])
    shipped = text.replace("extends: s", "extends: ecommerce", 1)
    found = read_profile(shipped, "fitted.yaml")
    assert found.fields["Größe: 1"].weight == 0.001
    assert found.fields["no"].weight == 12
    assert found.match_cap == 0.75
    assert (found.signals["brand"].weight, found.signals["brand"].cap) == (0.001, 0.01)
    assert found.calibration == OWN
    assert text.startswith("# 48 queries: +0.01 # really\nextends: s\n")


def test_a_calibration_that_no_longer_holds_is_taken_away() -> None:
    given = read_profile("extends: ecommerce", "s.yaml").model_copy(update={"calibration": OWN})
    assert "calibration: null\n" in profile_text(given, {}, None, [])


def test_the_file_lies_beside_the_one_that_it_extends(tmp_path: Path) -> None:
    (tmp_path / "shop.yaml").write_text("extends: ecommerce\nmatch_cap: 0.5\n")
    (tmp_path / "elsewhere").mkdir()
    source = ProfileSource.open(str(tmp_path / "shop.yaml"))
    out = source.out(None, "fitted", overwrite=False)
    assert out == tmp_path / "shop-fitted.yaml"
    text = profile_text(source.profile, {"match_cap": 0.4}, None, [])
    assert source.loaded(text, out).match_cap == 0.4
    assert not out.exists(), "it is only read"
    for refused, reason in (
        (tmp_path / "elsewhere" / "x.yaml", "must be in its folder"),
        (tmp_path / "absent" / "x.yaml", "no folder"),
        (tmp_path / "x.yml", "ends in .yaml"),
        (tmp_path / "shop.yaml", "would replace"),
    ):
        with pytest.raises(FittingError, match=reason):
            source.out(refused, "fitted", overwrite=False)
    out.write_text("extends: shop\n")
    with pytest.raises(FittingError, match="--overwrite"):
        source.out(out, "fitted", overwrite=False)
    assert source.out(out, "fitted", overwrite=True) == out


@pytest.mark.parametrize(
    ("given", "reason"), [("shopp", "is not one of"), ("x.yaml", "not a file")]
)
def test_a_profile_that_is_not_there_is_named(given: str, reason: str) -> None:
    with pytest.raises(ProfileError, match=reason):
        ProfileSource.open(given)
