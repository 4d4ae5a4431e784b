"""The coverage on the screen."""

import io

from rich.console import Console

from sidecar.contracts.body import read_document
from sidecar.profiles import Profiles
from sidecar.profiles.coverage import coverage
from sidecar.profiles.readings import ProfileReadings
from sidecar.workshop.profile_check.tables import print_coverage


def test_each_field_has_a_row_with_what_was_read() -> None:
    profile = Profiles.open().get("ecommerce")
    given = [{"name": "A", "sale_price": 40, "foo": 1}, {"name": "B", "price": "[ask]"}]
    readings = map(ProfileReadings(profile).of, map(read_document, given))
    console = Console(file=io.StringIO(), width=160)
    print_coverage(coverage(readings, profile.fields), "shop", console)
    text = console.file.getvalue()  # type: ignore[attr-defined]
    rows = {line.split("│")[1].strip(): line for line in text.splitlines() if "│" in line}
    assert rows.keys() >= set(profile.fields)
    for word in ("2 of 2", "sale_price (1)", "40", "'[ask]'"):
        assert word in rows["price"]
    assert text.rstrip().endswith("keys that the profile does not know: foo (1)")
