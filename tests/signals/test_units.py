"""The query's quantities in the fields."""

from tests.signals.strengths import strengths


def test_units() -> None:
    values = ["16 GB", "8GB", "fast", '16GB and 55"', {"ram": "8 GB", "disk": "16 GB"}]
    assert strengths({"kind": "units"}, values, "16gb laptop") == [1, -1, 0, 1, 1]
    assert strengths({"kind": "units"}, values, '16gb 55" tv') == [0.5, -0.5, 0, 1, 0.5]
    assert strengths({"kind": "units"}, values, "laptop under 16 gb") == [1, 1, 0, 1, 1]
    assert strengths({"kind": "units"}, values, "laptop over 10 gb") == [1, -1, 0, 1, 1]
    assert strengths({"kind": "units"}, values, "laptop 8gb-12gb") == [-1, 1, 0, -1, 1]
