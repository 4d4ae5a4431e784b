"""What an object states about itself, and what are other facts."""

import pytest

from sidecar.text.stated import stated


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("repealed", ["repealed"]),
        (["repealed", ["replaced"]], ["repealed", "replaced"]),
        ({"code": "repealed", "since": 2019}, ["repealed"]),
        ({"legal_status": "repealed", "active": False}, ["repealed"]),
        ({"status": {"label": "Repealed"}, "active": False}, ["Repealed"]),
        ({"en-GB": "Repealed", "de": "Aufgehoben"}, ["Repealed", "Aufgehoben"]),
        ({"restockable_in_days": 0, "reviewed": False}, []),
        ([{"name": "a", "n": 0}, {"name": "b", "n": 0}], ["a", "b"]),
    ],
)
def test_what_is_stated(value: object, expected: list[object]) -> None:
    assert list(stated(value, "legal.legal_status")) == expected
