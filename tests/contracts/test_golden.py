"""Each dialect's golden files: a body, the logits that a model gives, and the exact answer; or a
body and the exact refusal.

`logits` are the model's; scores are sigmoid(logit), printed as float32. `answer` is compared as
text after the JSON is normalised by key order only, so number printing counts. What only the whole
service refuses (`"served": true`) is sent to it, and digits in its message do not count.
"""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from sidecar.contracts import examples, stamp
from sidecar.contracts.dialects import DIALECTS
from sidecar.contracts.errors import error_body
from sidecar.contracts.routes import choose
from sidecar.contracts.validation import parse
from sidecar.errors import InvalidRequest
from sidecar.fusion import rank
from sidecar.pipeline.threshold import threshold_of
from sidecar.request import RankResult, RelevantSpan
from sidecar.workshop.sidecar_process import SidecarProcess
from tests.http_client import post

GOLDEN = Path(__file__).parent.parent / "golden"
CASES = {
    f"{path.parent.name}/{path.stem}": json.loads(path.read_text())
    for path in sorted(GOLDEN.glob("*/*.json"))
}
ANSWERS = [name for name, case in CASES.items() if "answer" in case]
REFUSALS = [name for name, case in CASES.items() if "error" in case and not case.get("served")]
SERVED = [name for name, case in CASES.items() if case.get("served")]
BY_NAME = {dialect.name: dialect for dialect in DIALECTS}


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stamp, "created", lambda: examples.CREATED)


def as_printed(raw: str | bytes) -> Any:
    """The parsed JSON with its numbers as they were printed."""
    return json.loads(raw, parse_float=str)


@pytest.mark.parametrize("name", ANSWERS)
def test_golden_answers(name: str) -> None:
    case = CASES[name]
    body = parse(json.dumps(case["body"]).encode())
    dialect = choose(case["path"], body)
    assert dialect.name == name.split("/")[0]
    request = dialect.decode(body)
    assert len(request.documents) == len(case["logits"])
    threshold = threshold_of(request)
    kept = rank(case["logits"], order=request.order, min_score=threshold)
    result = RankResult(
        ranked=kept[: request.top_n or None],
        model=examples.MODEL,
        tokens=examples.TOKENS,
        truncated=tuple(case.get("truncated", ())),
        below_min_score=None if threshold is None else len(case["logits"]) - len(kept),
        warnings=tuple(case.get("warnings", ())),
        explanations=tuple(case.get("explanations", ())),
        spans={
            int(index): tuple(RelevantSpan(*span) for span in spans)
            for index, spans in case.get("spans", {}).items()
        },
    )
    answer = dialect.encode(request, result, examples.REQUEST_ID)
    expected = as_printed((GOLDEN / f"{name}.json").read_text())["answer"]
    assert as_printed(answer) == expected


@pytest.mark.parametrize("name", REFUSALS)
def test_golden_refusals(name: str) -> None:
    case = CASES[name]
    body = parse(json.dumps(case["body"]).encode())
    with pytest.raises(InvalidRequest) as raised:
        choose(case["path"], body).decode(body)
    fault = raised.value
    flat = error_body(fault.message, fault.code, fault.status, examples.REQUEST_ID)
    assert fault.status == case["status"]
    assert BY_NAME[name.split("/")[0]].error(flat) == case["error"]


@pytest.mark.parametrize("name", SERVED)
def test_golden_refusals_of_the_whole_service(server: SidecarProcess, name: str) -> None:
    case = CASES[name]
    path = case["path"].replace("{model}", "nvidia/model")
    answer = post(server, path, case["body"], {"x-request-id": examples.REQUEST_ID})
    assert answer.status == case["status"]
    assert _without_digits(answer.body) == _without_digits(case["error"])


def _without_digits(body: object) -> Any:
    return json.loads(re.sub(r"[0-9]+", "0", json.dumps(body)))


@pytest.mark.parametrize("name", BY_NAME)
def test_every_dialect_has_an_answer_a_refusal_and_the_documents_example(name: str) -> None:
    dialect, case = BY_NAME[name], CASES[f"{name}/example"]
    assert any(case_name.startswith(f"{name}/") for case_name in REFUSALS)
    assert case["body"] == dialect.example
    assert case["logits"] == list(examples.LOGITS)
    assert case["answer"] == examples.answer(dialect)


def test_every_folder_is_a_dialects() -> None:
    assert {name.split("/")[0] for name in CASES} == set(BY_NAME)
