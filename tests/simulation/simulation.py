"""One seed: its plan carried out and checked."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache

from sidecar.pipeline.fit import Fit
from sidecar.pipeline.passage_pairs import build_pairs
from sidecar.pipeline.preparation import prepare, read_all
from sidecar.pipeline.scored_documents import scored_documents
from sidecar.pipeline.served_model import ServedModel
from sidecar.profile import PLAIN
from sidecar.request import Document, RankRequest, RankResult
from sidecar.runtime.manifest import Manifest
from sidecar.runtime.model_folder import shipped_model
from sidecar.runtime.running_graph import RunningGraph
from sidecar.runtime.runs import Layout
from sidecar.runtime.tokenizer import PairTokenizer
from tests.simulation.checks import Shares, check_answer, check_end, check_step
from tests.simulation.plan import plan
from tests.simulation.sessions import SimulatedSession
from tests.simulation.virtual_time import Clock, VirtualLoop
from tests.simulation.world import Answer, World, told

SETTLING_S = 3600.0
"""After the last request: what hangs ends, probes close breakers."""


class Failed(AssertionError):
    """A check failed; the message has the seed."""


@dataclass
class Story:
    """What a seed's run was like."""

    seed: int
    outcomes: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    """Virtual ones."""
    both_waited_s: float = 0.0


@cache
def first_model() -> ServedModel:
    """The shipped model, with its real tokenizer."""
    folder = shipped_model()
    manifest = Manifest.read(folder)
    tokenizer = PairTokenizer.open(folder, manifest)
    return ServedModel("m", RunningGraph(manifest, "int8", "cpu"), tokenizer, Layout(1, 1, 0))


@cache
def quiet_logit(name: str, query: str, text: str) -> float:
    """A document's logit by the revision of that name, scored alone: no queue, no clock."""
    model = first_model()
    renamed = model.running.manifest.model_copy(update={"name": name})
    session = SimulatedSession(replace(model, running=replace(model.running, manifest=renamed)))
    request = RankRequest(query, (Document(text=text, source=text, size=len(text)),))
    fields = read_all(request.documents, PLAIN)
    prepared = prepare(request, PLAIN, fields, None, model.tokenizer.max_tokens)
    fit = Fit(long=PLAIN.long)
    pairs = build_pairs(query, prepared.passages, model.tokenizer, fit).pairs
    logits = [session.logit(pair.input.ids.tobytes()) for pair in pairs]
    (document,) = scored_documents(pairs, logits, prepared.parts, PLAIN.long, model.calibration)
    return document.logit


def simulate(seed: int, on_event: Callable[[str], None] | None = None) -> Story:
    """The story of a seed. Raises Failed with what did not hold."""
    planned = plan(seed)
    clock = Clock()
    loop = VirtualLoop(clock)
    tell = on_event or (lambda event: None)
    world = World(
        planned, first_model(), loop, clock, lambda event: tell(f"{clock.now:9.3f}  {event}")
    )
    shares = Shares(planned)
    world.device.on_take = lambda run: shares.took(world, run)
    world.device.on_end = lambda: check_step(world)
    loop.set_on_idle(world.device.step)
    story = Story(seed)
    try:
        loop.run_until_complete(world.run())
        loop.run_until_complete(asyncio.sleep(SETTLING_S))
        names = {live.revision: live.pipeline.model.running.manifest.name for live in world.ever}
        small = {live.revision for live in world.ever if live.pipeline.model.name == "small"}

        def oracle(revision: str, query: str, text: str) -> float:
            return quiet_logit(names[revision], query, text)

        for answer in world.answers:
            _checked(answer, lambda each: check_answer(each, planned, oracle, small))
        check_end(world)
        check_breakers(world)
    except AssertionError as fault:
        raise Failed(f"seed {seed}: {fault}") from fault
    finally:
        loop.close()
    story.outcomes = Counter(_kind(answer) for answer in world.answers)
    story.seconds = clock.now - SETTLING_S
    story.both_waited_s = shares.longest_s
    return story


def check_breakers(world: World) -> None:
    """Once nothing breaks any more, every model is asked again."""
    states = {live.pipeline.health.state for live in world.live.values()}
    assert states == {"closed"}, f"a breaker never closed: {states}"


def _checked(answer: Answer, check: Callable[[Answer], None]) -> None:
    try:
        check(answer)
    except AssertionError as fault:
        number = answer.ask.number
        raise AssertionError(f"request {number} ({told(answer.outcome)}): {fault}") from fault


def _kind(answer: Answer) -> str:
    outcome = answer.outcome
    if outcome is None:
        return "left"
    if not isinstance(outcome, RankResult):
        return outcome.code
    if outcome.degraded:
        return outcome.degraded.by
    return "partial" if outcome.unscored else "ranked"
