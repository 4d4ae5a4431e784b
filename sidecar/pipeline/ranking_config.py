"""What counts beside the model: profiles, hooks, and what a request gets that says nothing."""

from dataclasses import dataclass, field

from sidecar.hooks import Hooks
from sidecar.profile import PLAIN, Profile
from sidecar.profiles import Profiles, with_weights
from sidecar.request import Control, OnDeadline, RankRequest


@dataclass(frozen=True, slots=True)
class RankingConfig:
    """One for all models of a process. Who makes it closes its hooks."""

    profiles: Profiles = field(default_factory=Profiles.open)
    hooks: Hooks = field(default_factory=lambda: Hooks(()))
    on_deadline: OnDeadline = "error"
    """Of requests that do not say."""

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
