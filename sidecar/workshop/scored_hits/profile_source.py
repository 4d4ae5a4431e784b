"""The profile that a fit begins with: a shipped one by its name, or a file."""

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from sidecar.errors import ProfileError
from sidecar.profile import Profile
from sidecar.profiles import Profiles
from sidecar.workshop.scored_hits.judged_parts import FittingError

ENDING = ".yaml"


@dataclass(frozen=True)
class ProfileSource:
    """A profile and where it comes from."""

    profile: Profile
    folder: Path | None
    """Of its file; None for a shipped profile."""

    @classmethod
    def open(cls, given: str) -> "ProfileSource":
        """Raises ProfileError."""
        path = Path(given)
        if path.suffix == ENDING:
            if not path.is_file():
                raise ProfileError(f"{path} is not a file")
            return cls(Profiles.open(path.parent).get(path.stem), path.parent)
        profiles = Profiles.open()
        if given not in profiles.names:
            raise ProfileError(f"`{given}` is not one of {', '.join(profiles.names)}")
        return cls(profiles.get(given), None)

    @property
    def given(self) -> str:
        """What `open` takes, without the folder."""
        return self.profile.name if self.folder is None else f"{self.profile.name}{ENDING}"

    def out(self, given: Path | None, ending: str, *, overwrite: bool) -> Path:
        """The file to write: the given one, else NAME-ending.yaml, beside the profile's file, or
        here for a shipped one. Raises FittingError as `check_out` does."""
        name = f"{self.profile.name}-{ending}{ENDING}"
        out = given or (self.folder or Path()) / name
        self.check_out(out, overwrite=overwrite)
        return out

    def check_out(self, out: Path, *, overwrite: bool) -> None:
        """Raises FittingError where a profile that extends this one cannot be written."""
        if out.suffix != ENDING:
            raise FittingError(f"--out {out}: a profile's file ends in {ENDING}")
        if not out.parent.is_dir():
            raise FittingError(f"--out {out}: there is no folder {out.parent}")
        if self.folder is not None:
            if out.parent.resolve() != self.folder.resolve():
                raise FittingError(
                    f"--out {out}: it extends {self.profile.name}{ENDING}, so it must be in its "
                    f"folder, {self.folder}"
                )
            if out.stem == self.profile.name:
                raise FittingError(f"--out {out}: it would replace the profile that it extends")
        if out.exists() and not overwrite:
            raise FittingError(f"--out {out} is there already: --overwrite replaces it")

    def loaded(self, text: str, out: Path) -> Profile:
        """The profile that `text` would be as the file `out`, read as the service reads it, beside
        the profile that it extends. Raises ProfileError."""
        with TemporaryDirectory() as temporary:
            folder = Path(temporary)
            if self.folder is not None:
                for file in self.folder.glob(f"*{ENDING}"):
                    (folder / file.name).write_bytes(file.read_bytes())
            (folder / out.name).write_text(text, encoding="utf-8")
            return Profiles.open(folder).get(out.stem)
