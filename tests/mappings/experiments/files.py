"""Experiments' files, as tests write them."""

from pathlib import Path

from mappings.experiments import Experiment, read_experiment


def write(folder: Path, text: str, name: str = "weights") -> Path:
    """The file of that name, with that text."""
    path = folder / f"{name}.toml"
    path.write_text(text, encoding="utf-8")
    return path


def experiment(folder: Path, text: str, name: str = "weights") -> Experiment:
    """The experiment of a file with that text."""
    return read_experiment(write(folder, text, name))


def arms(**shares: float) -> str:
    """The arms of these shares, as a file has them."""
    return "".join(
        f'[[arms]]\nname = "{name}"\nshare = {share}\n' for name, share in shares.items()
    )


def teams(*names: str) -> str:
    """Arms without shares."""
    return "".join(f'[[arms]]\nname = "{name}"\n' for name in names)
