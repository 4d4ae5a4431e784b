"""`rerank-sidecar judgements ask-llm`, asking a server with no language model behind it."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from sidecar.cli import app
from sidecar.errors import StartupError
from sidecar.workshop.judgements.formats import read_judgements
from sidecar.workshop.llm_judge.chat import ChatClient
from tests.workshop.llm_judge.fake_model import FakeModel, fake_model

KNOWN, NEW = 40, 10


@pytest.fixture
def case(tmp_path: Path) -> Path:
    """A folder with candidates, whose texts say their grades, and judgements of most of them."""
    rows, known = [], []
    for query in range(5):
        numbers = range(query * 10, query * 10 + 10)
        hits = [{"_id": f"p{n}", "_source": {"title": f"item {n}, grade {n % 4}"}} for n in numbers]
        rows.append({"query": f"query {query}", "hits": hits})
        known += [
            {"query": f"query {query}", "document_id": f"p{n}", "grade": n % 4}
            for n in list(numbers)[: KNOWN // 5]
        ]
    for name, values in (("candidates", rows), ("known", known)):
        lines = "".join(json.dumps(value) + "\n" for value in values)
        (tmp_path / f"{name}.jsonl").write_text(lines)
    return tmp_path


def run(case: Path, model: FakeModel, *more: str) -> Result:
    files = [
        case / "candidates.jsonl",
        "--known",
        case / "known.jsonl",
        "--out",
        case / "out.jsonl",
    ]
    command = ["judgements", "ask-llm", *map(str, files), "--url", model.url, "--model", "fake"]
    return CliRunner().invoke(app, [*command, *more])


def refused(result: Result) -> str:
    assert isinstance(result.exception, StartupError), result.output
    return result.exception.message


def right(query: str, document: str) -> str:
    return f'Let me see. {{"grade": {document[-1]}}}'


def test_a_model_that_agrees_judges_the_rest(case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RERANK_LLM_API_KEY", "secret-key")
    with fake_model(right) as model:
        result = run(case, model)
    assert result.exit_code == 0, result.output
    assert "kappa 1.00 (1.00 to 1.00)" in result.output
    found = read_judgements(case / "out.jsonl")
    assert len(found) == KNOWN + NEW
    assert found.grades["query 1"]["p19"] == 3
    assert len(model.asked) == KNOWN + NEW
    assert model.headers[0]["Authorization"] == "Bearer secret-key"
    assert (model.bodies[0]["model"], model.bodies[0]["temperature"]) == ("fake", 0)
    assert "secret-key" not in result.output + (case / "out.jsonl.answers").read_text()


def test_a_model_that_does_not_agree_is_not_believed(case: Path) -> None:
    with fake_model(lambda query, document: '{"grade": 2}') as model:
        message = refused(run(case, model))
        assert "agrees too little" in message
        assert "weighted kappa 0.00" in message
        assert not (case / "out.jsonl").exists()
        assert len(model.asked) == KNOWN
        assert run(case, model, "--force").exit_code == 0
    assert len(read_judgements(case / "out.jsonl")) == KNOWN + NEW


def test_what_was_answered_is_not_asked_again(case: Path) -> None:
    def until_the_45th(query: str, document: str) -> str | tuple[int, Any]:
        return right(query, document) if len(model.asked) <= 45 else (400, {"error": "no more"})

    with fake_model(until_the_45th) as model:
        message = refused(run(case, model, "--parallel", "1"))
        assert "refuses: HTTP 400: no more" in message
        assert (case / "out.jsonl.answers").read_text().count("grade") == 45
        assert not (case / "out.jsonl").exists()
        with (case / "out.jsonl.answers").open("a") as file:
            file.write('{"question": "cut off')  # as a crash leaves it
        del model.asked[:]
        assert run(case, model, "--parallel", "1").exit_code == 0
        assert len(model.asked) == KNOWN + NEW - 45
    assert len(read_judgements(case / "out.jsonl")) == KNOWN + NEW


def test_overload_and_faults_are_tried_again() -> None:
    answers: list[str | tuple[int, Any]] = [(429, {}), (503, {"error": {"message": "x"}}), "2"]
    with fake_model(lambda query, document: answers.pop(0)) as model:
        client = ChatClient(model.url, "fake", first_pause_s=0.01)
        question = "<query>\na\n</query>\n\n<document>\nb\n</document>"
        assert client.ask(question) == "2"
    with pytest.raises(StartupError, match="does not answer, however often"):
        ChatClient("http://127.0.0.1:9", "fake", first_pause_s=0.001).ask("x")


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ((401, {"error": {"message": "bad key"}}), "refuses the key .HTTP 401: bad key."),
        ((404, {"error": "no such model"}), "HTTP 404: no such model"),
        ((302, {}), "HTTP 302"),
        ((200, {"object": "error"}), "something else than a chat completion"),
        ("I would rather not say.", "answers of fake hold no grade from 0 to 3"),
    ],
)
def test_a_server_that_gives_no_grades_is_said(case: Path, answer: Any, why: str) -> None:
    with fake_model(lambda query, document: answer) as model:
        result = run(case, model)
    assert re.search(why, refused(result))
    assert not (case / "out.jsonl").exists()


def test_a_few_answers_without_a_grade_are_left_out(case: Path) -> None:
    def almost(query: str, document: str) -> str:
        return "?" if document.endswith("3") and query == "query 1" else right(query, document)

    with fake_model(almost) as model:
        result = run(case, model)
    assert result.exit_code == 0, result.output
    assert "1 answers hold no grade: left out" in result.output
    assert "p19" not in read_judgements(case / "out.jsonl").grades["query 1"]


@pytest.mark.parametrize(
    ("known", "why"),
    [
        ('{"query": "query 0", "document_id": "p0", "grade": 1}\n', "1 of 50 pairs have"),
        (
            "".join(
                f'{{"query": "query {n // 10}", "document_id": "p{n}", "grade": 4}}\n'
                for n in range(50)
            ),
            "not on the prompt's scale 0 to 3",
        ),
    ],
)
def test_judgements_that_tell_nothing_of_agreement_are_said(
    case: Path, known: str, why: str
) -> None:
    (case / "known.jsonl").write_text(known)
    with fake_model(right) as model:
        assert why in refused(run(case, model))
    assert not model.asked


def test_a_state_of_something_else_is_left_alone(case: Path) -> None:
    (case / "out.jsonl.answers").write_text("my notes\n")
    with fake_model(right) as model:
        assert "holds no answers of a language model" in refused(run(case, model))
    assert (case / "out.jsonl.answers").read_text() == "my notes\n"
