"""The image of docker/Dockerfile as a folder, made by the Dockerfile's own steps without Docker.

Each RUN is run in the folder, each COPY copied with what .dockerignore lets in. The base image is
this machine's own (`base_folder`).
"""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.docker.base_folder import entering, make_base
from tests.docker.dockerfile import DOCKER, Stage, assignments, expanded, read_stages, words

CONTEXT = DOCKER.parent
BASE_PATH = "/usr/local/bin:/usr/local/sbin:/usr/bin:/usr/sbin:/bin"


class StepFailed(Exception):
    """A RUN ended with another status than 0; its output is the message."""


@dataclass
class Image:
    """A folder, and what the Dockerfile says of the processes in it."""

    root: Path
    environment: dict[str, str] = field(default_factory=lambda: {"PATH": BASE_PATH})
    user: str = "0:0"
    folder: str = "/"
    command: list[str] = field(default_factory=list)
    entrypoint: list[str] = field(default_factory=list)
    healthcheck: list[str] = field(default_factory=list)
    labels: dict[str, str] = field(default_factory=dict)

    def inside(
        self, command: Sequence[str], **environment: str
    ) -> tuple[list[str], Mapping[str, str]]:
        """(command, environment) of a process in the finished image: as its user, without
        capabilities, with only /tmp to write to, as compose.yaml and the Helm chart run it."""
        user, group = self.user.split(":")
        values = [f"{name}={value}" for name, value in (self.environment | environment).items()]
        drop = (f"--reuid={user}", f"--regid={group}", "--clear-groups", "--bounding-set=-all")
        return entering(
            self.root,
            ["setpriv", *drop, "--no-new-privs", "env", "-i", *values, *command],
            read_only=True,
        )


def build(folder: Path, arguments: Mapping[str, str], pip_cache: Path) -> Image:
    """The last stage of the Dockerfile under these ARGs, and whatever it needs.

    Raises StepFailed.
    """
    stages, values = read_stages((DOCKER / "Dockerfile").read_text(), arguments)
    by_name = {stage.name: stage for stage in stages}
    built: dict[str, Image] = {}

    def image(stage: Stage) -> Image:
        if stage.name not in built:
            root = folder / (stage.name or "image")
            made = image(by_name[stage.base]) if stage.base in by_name else fresh(root)
            built[stage.name] = made
            for step in stage.steps:
                perform(step, made)
        return built[stage.name]

    def fresh(root: Path) -> Image:
        make_base(root)
        return Image(root)

    def perform(step: tuple[str, str], made: Image) -> None:
        word, rest = step
        if word == "RUN":
            run(made, rest, values, pip_cache)
        elif word == "COPY":
            source = re.match(r"--from=(\S+) ", rest)
            origin = image(by_name[source.group(1)]).root if source else CONTEXT
            copy(rest.split()[1 if source else 0 :], origin, made)
        else:
            configure(made, word, rest, values)

    return image(stages[-1])


def run(image: Image, text: str, values: Mapping[str, str], pip_cache: Path) -> None:
    """A RUN in the shell form, as the image's user at that point: root."""
    script = re.sub(r"--mount=\S+", "", text)
    pip = {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
    environment = {**pip, **image.environment, "HOME": "/root", **values}
    variables = [f"{name}={value}" for name, value in environment.items()]
    command, outer = entering(
        image.root,
        ["env", "-i", *variables, "sh", "-c", f"cd {image.folder} && {script}"],
        read_only=False,
        cache=pip_cache if "type=cache" in text else None,
    )
    done = subprocess.run(command, env=outer, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise StepFailed(done.stdout + done.stderr)


def copy(names: Sequence[str], origin: Path, image: Image) -> None:
    """A COPY of files, or of the contents of folders, to its last name."""
    *sources, target = names
    inside = image.root / os.path.join(image.folder, target).lstrip("/")
    for name in sources:
        source = origin / name.lstrip("/")
        assert origin != CONTEXT or let_in(name), f".dockerignore keeps {name} out"
        if source.is_dir():
            bytecode = shutil.ignore_patterns("__pycache__") if origin == CONTEXT else None
            shutil.copytree(source, inside, symlinks=True, dirs_exist_ok=True, ignore=bytecode)
        else:
            file = inside / source.name if target.endswith("/") else inside
            file.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, file)


def let_in(name: str) -> bool:
    """Whether .dockerignore, which starts by leaving out everything, lets the name in."""
    lines = (DOCKER / "Dockerfile.dockerignore").read_text().split()
    assert lines[0] == "*"
    return f"!{name}" in lines


def configure(image: Image, word: str, rest: str, values: Mapping[str, str]) -> None:
    """An instruction that changes no file but WORKDIR's."""
    if word == "WORKDIR":
        image.folder = rest
        (image.root / rest.lstrip("/")).mkdir(parents=True, exist_ok=True)
    elif word == "ENV":
        image.environment |= assignments(expanded(rest, values | image.environment))
    elif word == "LABEL":
        image.labels |= assignments(expanded(rest, values))
    elif word == "USER":
        image.user = rest
    elif word == "ENTRYPOINT":
        image.entrypoint = words(rest)
    elif word == "HEALTHCHECK":
        image.healthcheck = words(rest[rest.index("CMD ") + 4 :])
    elif word == "CMD":
        image.command = words(rest)
    else:
        assert word == "EXPOSE", f"{word} is not known here"
