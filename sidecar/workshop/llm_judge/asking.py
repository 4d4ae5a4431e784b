"""Asks a language model for grades: first those that are known, to see whether to believe it."""

import random
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from itertools import islice

from sidecar.judgements.judgements import Judgements
from sidecar.workshop.llm_judge.agreement import Agreement, measure_agreement
from sidecar.workshop.llm_judge.answer import read_grade
from sidecar.workshop.llm_judge.chat import ChatClient
from sidecar.workshop.llm_judge.pairs import Pair
from sidecar.workshop.llm_judge.prompt import LlmJudgeError, Prompt
from sidecar.workshop.llm_judge.state import State, digest
from sidecar.workshop.model.progress import BeginStep, no_progress

FEWEST_KNOWN = 30
"""Fewer pairs with a given grade tell nothing of agreement."""
MOST_UNREADABLE = 0.1
"""The largest share of answers without a grade."""


@dataclass(frozen=True)
class Judge:
    """A model with a prompt and a scale."""

    client: ChatClient
    prompt: Prompt
    max_grade: int
    parallel: int = 4
    """Questions that are asked at the same time."""


@dataclass(frozen=True)
class Answers:
    """The grades of pairs, in their order; None where an answer held none."""

    grades: list[int | None]

    @property
    def unreadable(self) -> int:
        """Answers without a grade."""
        return self.grades.count(None)


def known_pairs(
    pairs: Sequence[Pair], given: Judgements, max_grade: int, most: int
) -> tuple[list[Pair], list[int]]:
    """At most `most` pairs that are judged already, chosen by chance, and their grades.

    Raises LlmJudgeError when a given grade is not on the scale, or too few pairs are judged.
    """
    judged = [pair for pair in pairs if pair.document_id in given.grades.get(pair.query_id, {})]
    if len(judged) < FEWEST_KNOWN:
        raise LlmJudgeError(
            f"{len(judged)} of {len(pairs)} pairs have a given judgement: at least {FEWEST_KNOWN} "
            "are needed to measure agreement"
        )
    chosen = random.Random(0).sample(judged, min(most, len(judged)))
    grades = [given.grades[pair.query_id][pair.document_id] for pair in chosen]
    for pair, grade in zip(chosen, grades, strict=True):
        if grade != int(grade) or not 0 <= grade <= max_grade:
            raise LlmJudgeError(
                f"document {pair.document_id!r} of query {pair.query_id!r} has grade {grade:g}, "
                f"which is not on the prompt's scale 0 to {max_grade}: --prompt and --max-grade"
            )
    return chosen, [int(grade) for grade in grades]


def ask(
    judge: Judge, pairs: Sequence[Pair], state: State, begin_step: BeginStep, step: str
) -> Answers:
    """The grades of the pairs; those that the state has are not asked again.

    Raises LlmJudgeError as the client does, and when too many answers hold no grade; what was
    answered until then is in the state.
    """
    questions = [judge.prompt.filled(pair.query, pair.text) for pair in pairs]
    keys = [digest(judge.client.model, question) for question in questions]
    first = {key: at for at, key in reversed([*enumerate(keys)])}  # equal texts are asked once
    open_ = sorted(at for key, at in first.items() if state.get(key) is None)
    advance = begin_step(step, len(open_)) if open_ else no_progress(step, 0)
    unreadable = 0
    for at, grade in _answered(judge, questions, open_):
        if grade is None:
            unreadable += 1
        else:
            state.put(keys[at], grade)
        advance()
        if unreadable > max(5, MOST_UNREADABLE * len(open_)):
            raise LlmJudgeError(
                f"{unreadable} answers of {judge.client.model} hold no grade from 0 to "
                f"{judge.max_grade}: does the prompt ask for one as the last thing?"
            )
    return Answers([state.get(key) for key in keys])


def _answered(
    judge: Judge, questions: Sequence[str], open_: Sequence[int]
) -> Iterator[tuple[int, int | None]]:
    """(place, grade) as answers come; never more under way than the judge allows."""

    def once(at: int) -> tuple[int, int | None]:
        text = judge.client.ask(questions[at])
        try:
            return at, read_grade(text, judge.max_grade)
        except ValueError:
            return at, None

    left = iter(open_)
    with ThreadPoolExecutor(judge.parallel) as pool:
        running: set[Future[tuple[int, int | None]]] = set()
        try:
            while True:
                free = judge.parallel - len(running)
                running |= {pool.submit(once, at) for at in islice(left, free)}
                if not running:
                    return
                done, running = wait(running, return_when=FIRST_COMPLETED)
                for each in done:
                    yield each.result()
        except BaseException:
            judge.client.stopped.set()  # Ctrl-C need not wait for what is tried again
            pool.shutdown(cancel_futures=True)
            raise


def agreement_of(given: Sequence[int], answers: Answers, max_grade: int) -> Agreement:
    """The agreement where the model gave a grade."""
    both = [
        (known, grade)
        for known, grade in zip(given, answers.grades, strict=True)
        if grade is not None
    ]
    return measure_agreement([a for a, _ in both], [b for _, b in both], max_grade)


def with_answers(given: Judgements, pairs: Sequence[Pair], answers: Answers) -> Judgements:
    """The given judgements, which stay as they are, and the answers for all other pairs."""
    grades = {query: dict(graded) for query, graded in given.grades.items()}
    texts = dict(given.texts)
    for pair, grade in zip(pairs, answers.grades, strict=True):
        if grade is not None:
            grades.setdefault(pair.query_id, {}).setdefault(pair.document_id, float(grade))
            texts.setdefault(pair.query_id, pair.query)
    return replace(given, grades=grades, texts=texts)
