"""Indices whose vector field does not fit an encoder."""

from typing import Any

import pytest
from opensearchpy import NotFoundError

from es_integration.cluster.encoder import Encoder
from es_integration.cluster.procedure import run
from es_integration.cluster.vector_fields import refuse_other_vectors
from es_integration.errors import VectorConflict
from es_integration.opensearch.calls import send


class Cluster:
    """A client of a cluster whose one index is `shop-1`, with vectors of 3 dimensions."""

    def __init__(self) -> None:
        self.indices = self

    def get_field_mapping(
        self, fields: str, index: str, allow_no_indices: bool, ignore_unavailable: bool = False
    ) -> Any:
        if not {"shop-1", "shop-*"}.issuperset(index.split(",")) and not ignore_unavailable:
            raise NotFoundError(404, "index_not_found_exception", {})
        mapping = {"type": "knn_vector", "dimension": 3}
        return {"shop-1": {"mappings": {fields: {"full_name": fields, "mapping": {"v": mapping}}}}}


@pytest.mark.parametrize("patterns", [["shop-*"], ["products", "shop-*"]])
def test_another_dimension_is_seen_beside_an_index_that_is_not_there(patterns: list[str]) -> None:
    for field in ("v", "inner.v"):
        run(Cluster(), refuse_other_vectors(send, field, Encoder("small", 3), patterns))
        with pytest.raises(VectorConflict, match=f"the field {field} of the index shop-1 has 3"):
            run(Cluster(), refuse_other_vectors(send, field, Encoder("small", 2), patterns))
