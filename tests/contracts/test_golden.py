"""Each dialect's golden files: a body, the logits that a model gives, and the exact answer.

`logits` are the model's; scores are sigmoid(logit), printed as float32. `answer` is compared as
text after the JSON is normalised by key order only, so number printing counts.
"""

import json
from pathlib import Path

import orjson
import pytest

from sidecar.contracts.body import parse
from sidecar.contracts.routes import ROUTES, choose
from sidecar.fusion import rank
from sidecar.model import RankResult

GOLDEN = Path(__file__).parent.parent / "golden"
CASES = sorted(GOLDEN.glob("*/*.json"))


@pytest.mark.parametrize("path", CASES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_golden(path: Path) -> None:
    case = json.loads(path.read_text())
    body = parse(json.dumps(case["body"]).encode())
    dialect = choose(case["path"], body)
    assert dialect.name == path.parent.name
    request = dialect.decode(body)
    assert len(request.documents) == len(case["logits"])
    result = RankResult(
        ranked=rank(case["logits"], order=request.order, top_n=request.top_n),
        model="shipped",
        tokens=42,
        truncated=tuple(case.get("truncated", ())),
    )
    answer = dialect.encode(request, result, "request-1")
    # json.loads with parse_float=str keeps the numbers as they were printed.
    assert (
        json.loads(answer, parse_float=str)
        == json.loads(path.read_text(), parse_float=str)["answer"]
    )


def test_every_dialect_has_golden_files() -> None:
    names = {dialect.name for dialects in ROUTES.values() for dialect in dialects.values()}
    assert names == {path.parent.name for path in CASES}


@pytest.mark.parametrize("path", ROUTES)
def test_examples_decode(path: str) -> None:
    for dialect in ROUTES[path].values():
        body = parse(orjson.dumps(dialect.example))
        assert choose(path, body) is dialect
        assert dialect.decode(body).documents
