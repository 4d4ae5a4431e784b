"""Everything between the wire and the model: in threads, while the event loop only waits.

read       documents -> fields                  (preparation, text/read)
hooks      fields -> weights, signals           (hooks)
prepare    fields -> passages, parts            (preparation)
tokenize   (query, passages) -> pairs           (engine/units, engine/tokenizer)
"""

import asyncio
from concurrent.futures import Executor
from dataclasses import dataclass, field

from sidecar.hooks import Hooked, Hooks
from sidecar.pipeline.deadline import Until
from sidecar.pipeline.legibility import Legibility
from sidecar.pipeline.passage_pairs import Fit, Units, build
from sidecar.pipeline.preparation import Prepared, Read, prepare, read_all, views
from sidecar.profile import PLAIN, Profile
from sidecar.profiles import Profiles, with_weights
from sidecar.request import Control, RankRequest
from sidecar.runtime.tokenizer import PairTokenizer


@dataclass(frozen=True, slots=True)
class Ways:
    """What may be said about documents beside the model: profiles, and hooks."""

    profiles: Profiles = field(default_factory=Profiles.open)
    hooks: Hooks = field(default_factory=lambda: Hooks(()))


@dataclass(frozen=True, slots=True)
class Ready:
    """A request whose pairs may be scored."""

    prepared: Prepared
    units: Units
    instruction: str | None
    """The nearest one to the search; None leaves the model's own."""
    warnings: tuple[str, ...]
    """The hooks'."""


@dataclass(frozen=True, slots=True)
class Intake:
    """Makes requests ready, one thread of `threads` for each."""

    ways: Ways
    tokenizer: PairTokenizer
    legibility: Legibility
    threads: Executor

    def profile(self, control: Control) -> Profile:
        """The profile that the search asks for, with what it sends in place of its settings.

        Raises InvalidRequest for an unknown one.
        """
        profile = self.ways.profiles.get(control.profile or PLAIN.name)
        if control.long:
            long = profile.long.model_copy(update=dict(control.long))
            profile = profile.model_copy(update={"long": long})
        return with_weights(profile, control.weights) if control.weights else profile

    async def ready(self, request: RankRequest, profile: Profile, until: Until) -> Ready:
        """The request's units and parts. Raises InputTooLong, DeadlineExceeded or HookFailed."""
        loop = asyncio.get_running_loop()
        if not self.ways.hooks.any:
            return await loop.run_in_executor(
                self.threads, self._build, request, profile, until, None, None
            )
        read = await loop.run_in_executor(self.threads, read_all, request.documents, profile)
        seen = views(request.documents, read)
        hooked = await self.ways.hooks.run(request.query, seen, request.control.context)
        return await loop.run_in_executor(
            self.threads, self._build, request, profile, until, read, hooked
        )

    def _build(
        self,
        request: RankRequest,
        profile: Profile,
        until: Until,
        read: Read | None,
        hooked: Hooked | None,
    ) -> Ready:
        read = read_all(request.documents, profile) if read is None else read
        prepared = prepare(request, profile, read, hooked, self.tokenizer.max_tokens)
        fit = Fit(
            request.cut,
            request.max_document_tokens,
            profile.long,
            max_pair_tokens=request.max_pair_tokens,
        )
        rewritten = hooked.instruction if hooked else None
        instruction = rewritten or request.control.instruction or profile.instruction
        units = build(
            request.query,
            prepared.passages,
            self.tokenizer,
            fit,
            instruction,
            until.check,
            self.legibility,
        )
        return Ready(prepared, units, instruction, hooked.warnings if hooked else ())
