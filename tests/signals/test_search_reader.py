"""Fields as signals read them."""

from sidecar.search import Search
from sidecar.signals import SearchReader
from sidecar.signals.search_reader import READ_FIELD_CHARACTERS
from tests.signals.strengths import SIGNAL, strengths


def test_a_field_inside_an_object_is_read_by_its_path() -> None:
    search = Search("", [{"stock": {"count": 10}}, {"stock.count": 30}, {"stock": 5}])
    signal = SIGNAL.validate_python({"kind": "saturation", "field": "stock.count", "pivot": 10})
    assert signal.strengths(SearchReader(search)) == [0.5, 0.75, 0]


def test_a_long_field_is_read_from_its_start() -> None:
    far = "x " * READ_FIELD_CHARACTERS + "16 GB"
    assert strengths({"kind": "units"}, [far, "16 GB " + far], "16gb") == [0, 1]
