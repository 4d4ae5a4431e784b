"""What counts beside the model: profiles, hooks, and what requests get that do not choose."""

from dataclasses import dataclass, field

from sidecar.hooks import Hooks
from sidecar.profile import PLAIN, Profile
from sidecar.profiles import Profiles, with_weights
from sidecar.request import Control, OnDeadline, OnFailure, RankRequest


@dataclass(frozen=True, slots=True)
class RankingConfig:
    """One for all models of a process. Who makes it closes its hooks."""

    profiles: Profiles = field(default_factory=Profiles.open)
    hooks: Hooks = field(default_factory=lambda: Hooks(()))
    on_deadline: OnDeadline = "error"
    """What requests that do not choose get at their deadline."""
    on_failure: OnFailure = "error"
    """What they get when the model fails."""
    stand_in: str | None = None
    """The model that answers for one that fails."""

    def profile(self, control: Control) -> Profile:
        """The profile that the search asks for, with what it sends in place of its settings.

        Raises InvalidRequest for an unknown profile or field.
        """
        profile = self.profiles.get(control.profile or PLAIN.name)
        if control.long:
            long = profile.long.model_copy(update=dict(control.long))
            profile = profile.model_copy(update={"long": long})
        return with_weights(profile, control.weights) if control.weights else profile

    def may_be_partial(self, request: RankRequest) -> bool:
        """Whether the request is answered at its deadline with what is scored by then."""
        on_deadline = request.control.on_deadline or self.on_deadline
        return on_deadline == "partial" and not request.all_or_nothing

    def on_failure_of(self, request: RankRequest) -> OnFailure:
        """What answers the request when the model fails, and the stand-in too."""
        if request.all_or_nothing:
            return "error"
        return request.control.on_failure or self.on_failure

    def stand_in_of(self, request: RankRequest, model: str) -> str | None:
        """The model that answers the request when `model` fails; None where an error is wanted."""
        unwanted = request.all_or_nothing or request.control.on_failure == "error"
        return None if unwanted or self.stand_in == model else self.stand_in
