"""What ends a run of `learn` before it has learned."""

from sidecar.errors import StartupError


class LearningError(StartupError):
    """Input that nothing can be learned from, or a name or run that is not there."""

    code = "learning"
