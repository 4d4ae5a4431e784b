"""A bare product is computed right, or its speed would mean nothing."""

import numpy as np
import pytest

from sidecar.workshop.bench.kernels.bare_matmul import BareMatmul
from sidecar.workshop.bench.kernels.graph_profile import MatmulSize


def test_a_bare_product_is_the_product() -> None:
    pytest.importorskip("onnx", reason="needs the extra `test` or `build`")
    product = BareMatmul(MatmulSize(5, 64, 48))
    product.run(3)
    rng = np.random.default_rng(1)
    rows = rng.integers(0, 256, (5, 64), dtype=np.uint8).astype(np.int32)
    weights = rng.integers(-127, 128, (64, 48), dtype=np.int8).astype(np.int32)
    assert (product.sums() == (rows - 128) @ weights).all()
