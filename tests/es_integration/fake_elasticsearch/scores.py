"""From a rerank answer to the scores of hits, in float32 as the server has them."""

from collections.abc import Sequence

import numpy as np

from tests.es_integration.fake_elasticsearch.errors import ElasticsearchError, bad_state
from tests.es_integration.fake_elasticsearch.parsers import Ranked


def in_input_order(ranked: Sequence[Ranked], inputs: int) -> list[np.float32]:
    """One score for each input. Raises where one is missing, comes twice or belongs to none:
    current versions do; older ones left a silent 0."""
    if len(ranked) != inputs:
        raise bad_state(
            f"Reranker input document count and returned score count mismatch: [{inputs}] vs "
            f"[{len(ranked)}]"
        )
    scores: dict[int, np.float32] = {}
    for item in ranked:
        if not 0 <= item.index < inputs:
            raise ElasticsearchError(
                500,
                "array_index_out_of_bounds_exception",
                f"Index {item.index} out of bounds for length {inputs}",
            )
        if item.index in scores:
            raise bad_state(f"Index {item.index} has more than one score")
        scores[item.index] = item.score
    return [scores[index] for index in range(inputs)]


def normalised(score: np.float32) -> np.float32:
    """max(s, 0) + min(exp(s), 1): s + 1 from 0 upwards, between 0 and 1 below."""
    return np.float32(
        np.maximum(score, np.float32(0))
        + np.minimum(np.exp(score, dtype=np.float32), np.float32(1))
    )
