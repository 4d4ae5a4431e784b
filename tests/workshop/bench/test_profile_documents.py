"""The documents whose profiles are timed."""

import orjson

from sidecar.contracts.body import read_document
from sidecar.pipeline.preparation import read_all
from sidecar.profiles import Profiles
from sidecar.workshop.bench.profile_documents import (
    BYTES,
    DOCUMENTS,
    all_searches,
    decisions,
    products,
    renew,
)


def test_there_are_as_many_documents_and_as_large_as_the_report_says() -> None:
    for documents in (products(), decisions()):
        sizes = [len(orjson.dumps(document)) for document in documents]
        assert len(documents) == DOCUMENTS
        assert all(BYTES <= size < 1.5 * BYTES for size in sizes)


def test_profiles_read_what_every_kind_of_document_holds() -> None:
    profiles = Profiles.open()
    for searches in all_searches():
        profile = profiles.get(searches.profile)
        read = read_all([read_document(each) for each in searches.documents[:3]], profile)
        wanted = {"title", "price", "in_stock"}
        if searches.profile == "legal":
            wanted = {"title", "court", "date", "citations", "text"}
        assert all(fields is not None and wanted <= fields.keys() for fields in read)


def test_renewed_products_have_no_text_and_no_price_of_the_others() -> None:
    product = products()[0]
    first, second = renew(product, 1), renew(product, 2)
    assert first.keys() == second.keys() == product.keys()
    changed = {name for name in product if first[name] != second[name]}
    assert {"title", "description", "attributes", "price"} <= changed
    assert set(first["attributes"].values()).isdisjoint(second["attributes"].values())
