import orjson

from sidecar.workshop.bench.profile_cost import BYTES, DOCUMENTS, products


def test_the_documents_are_as_many_and_as_large_as_is_said() -> None:
    made = products()
    sizes = [len(orjson.dumps(product)) for product in made]
    assert len(made) == DOCUMENTS
    assert all(BYTES <= size < 1.5 * BYTES for size in sizes)
    assert all({"title", "brand", "price", "attributes"} <= product.keys() for product in made)
