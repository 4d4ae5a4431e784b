"""The documents whose profile is timed."""

import orjson

from sidecar.workshop.bench.profile_cost import BYTES, DOCUMENTS, products


def test_there_are_as_many_documents_and_as_large_as_the_report_says() -> None:
    extended = products()
    sizes = [len(orjson.dumps(product)) for product in extended]
    assert len(extended) == DOCUMENTS
    assert all(BYTES <= size < 1.5 * BYTES for size in sizes)
    assert all({"title", "brand", "price", "attributes"} <= product.keys() for product in extended)
