"""Each embedding dialect's golden files: a body, the vectors that an encoder gives, and the exact
answer; or a body and the exact refusal. Numbers are compared as they are printed."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sidecar.contracts import examples
from sidecar.contracts.embeddings import EMBEDDING_DIALECTS
from sidecar.contracts.embeddings.routes import choose, decode
from sidecar.contracts.errors import error_body
from sidecar.contracts.validation import parse
from sidecar.embedding import EmbedResult
from sidecar.errors import InvalidRequest

GOLDEN = Path(__file__).parents[2] / "golden" / "embeddings"
CASES = {
    f"{path.parent.name}/{path.stem}": json.loads(path.read_text())
    for path in sorted(GOLDEN.glob("*/*.json"))
}
ANSWERS = [name for name, case in CASES.items() if "answer" in case]
REFUSALS = [name for name, case in CASES.items() if "error" in case]
BY_NAME = {dialect.name: dialect for dialect in EMBEDDING_DIALECTS}


def as_printed(raw: str | bytes) -> Any:
    """The parsed JSON with its numbers as they were printed."""
    return json.loads(raw, parse_float=str)


@pytest.mark.parametrize("name", ANSWERS)
def test_golden_answers(name: str) -> None:
    case = CASES[name]
    body = parse(json.dumps(case["body"]).encode())
    dialect = choose(case["path"], body)
    assert dialect.name == name.split("/")[0]
    request = decode(dialect, body, case.get("url", {}), {})
    assert {key: getattr(request, key) for key in case["request"]} == case["request"]
    vectors = [np.array(each, dtype=np.float32) for each in case["vectors"]]
    assert len(request.texts) == len(vectors)
    result = EmbedResult(vectors, examples.MODEL, examples.TOKENS)
    answer = dialect.encode(request, result, examples.REQUEST_ID)
    expected = as_printed((GOLDEN / f"{name}.json").read_text())["answer"]
    assert as_printed(answer) == expected


@pytest.mark.parametrize("name", REFUSALS)
def test_golden_refusals(name: str) -> None:
    case = CASES[name]
    body = parse(json.dumps(case["body"]).encode())
    dialect = choose(case["path"], body)
    assert dialect.name == name.split("/")[0]
    with pytest.raises(InvalidRequest) as raised:
        decode(dialect, body, {}, {})
    fault = raised.value
    flat = error_body(fault.message, fault.code, fault.status, examples.REQUEST_ID)
    assert fault.status == case["status"]
    assert dialect.error(flat) == case["error"]


@pytest.mark.parametrize("name", BY_NAME)
def test_every_dialect_has_an_answer_to_its_example_and_a_refusal(name: str) -> None:
    assert CASES[f"{name}/example"]["body"] == BY_NAME[name].example
    assert any(each.startswith(f"{name}/") for each in REFUSALS)


def test_every_folder_is_a_dialects() -> None:
    assert {name.split("/")[0] for name in CASES} == set(BY_NAME)


def test_a_body_goes_before_its_url_and_headers() -> None:
    dialect = BY_NAME["openai-embeddings"]
    headers = {"X-Rerank-Priority": "batch", "X-Request-Deadline-Ms": "250"}
    url = {"input_type": "query", "truncate": "true", "other": "ignored"}
    request = decode(dialect, {"input": "a"}, url, headers)
    assert (request.kind, request.cut, request.priority) == ("query", "right", "batch")
    assert request.deadline_s == 0.25
    request = decode(dialect, {"input": "a", "input_type": "document"}, url, headers)
    assert request.kind == "document"
