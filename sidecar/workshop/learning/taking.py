"""A run takes the name, or gives it back: the service that runs first, then the link."""

from dataclasses import dataclass

from sidecar.runtime.manifest import Manifest
from sidecar.workshop.learning.errors import LearningError
from sidecar.workshop.learning.home import Home
from sidecar.workshop.learning.runs import How, Ledger
from sidecar.workshop.models_admin import ModelsAdmin


@dataclass(frozen=True)
class Admin:
    """A service that runs, to be told of changes."""

    url: str
    key: str


def take(home: Home, ledger: Ledger, run: int, how: How, admin: Admin | None) -> None:
    """Lets the name point to the run's model, and the service load it.

    The service is asked first: a model that it refuses changes nothing. Raises StartupError.
    """
    Manifest.read(home.folder(run))
    if admin is not None:
        ModelsAdmin(admin.url, admin.key).load(home.name, home.below(run))
    home.point_to(run)
    ledger.serve(run, how)


def promote(home: Home, run: int, admin: Admin | None, *, force: bool = False) -> None:
    """As `take`. Raises LearningError for a run that is not there; refused ones need force."""
    with home.locked() as ledger:
        _check(ledger, run, force=force)
        take(home, ledger, run, "promoted", admin)


def roll_back(home: Home, to: int | None, admin: Admin | None) -> tuple[int, int]:
    """The run that served, and the one that serves now: `to`, or the one that it took the place of.

    Raises LearningError where there is no earlier one, and StartupError as `take` does.
    """
    with home.locked() as ledger:
        serving = home.serving()
        if serving is None:
            raise LearningError(f"no run of {home.name} serves")
        earlier = ledger.before(serving) if to is None else to
        if earlier is None:
            raise LearningError(f"run {serving} of {home.name} took the place of none")
        _check(ledger, earlier, force=False)
        take(home, ledger, earlier, "rolled back", admin)
        return serving, earlier


def _check(ledger: Ledger, run: int, *, force: bool) -> None:
    known = ledger.runs.get(run)
    if known is None or known.verdict == "failed":
        raise LearningError(f"there is no run {run} that ended")
    if known.verdict == "refused" and not force:
        raise LearningError(f"run {run} was refused: {known.reasons[0]} (--force promotes it)")
