"""Files from a Maven repository: named by coordinates, fetched by `mvn`, held to a SHA-256.

Which repository that is, with its mirrors, proxies and passwords, is the business of the user's
Maven settings; nothing here names one. Each file must have the digest written in this repository.
Maven itself runs with strict checksums too, except for files that were published without one.
"""

import hashlib
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

from es_integration.errors import LocalNodeUnavailable

# Pinned, since an unpinned plugin would be whatever is newest on the day.
COPY_GOAL = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy"

# 2 GB at 2 MB/s, rounded: long enough for a slow line, short enough not to hang a CI job all day.
FETCH_LIMIT_S = 1500.0

Log = Callable[[str], None]


@dataclass(frozen=True)
class Artifact:
    """One file. `published_checksum` is False where the repository holds no checksum beside it,
    so that `sha256` is all there is: the digest of the file as its first user got it."""

    group: str
    name: str
    version: str
    sha256: str
    kind: str = "jar"
    published_checksum: bool = True

    @property
    def file_name(self) -> str:
        return f"{self.name}-{self.version}.{self.kind}"

    @property
    def coordinates(self) -> str:
        return f"{self.group}:{self.name}:{self.version}:{self.kind}"


def why_unfetchable() -> str | None:
    """The reason why `fetch` would refuse without any transfer, or None."""
    if shutil.which("mvn") is None:
        return (
            "Maven is needed to fetch the node: install it (package `maven`) so that mvn is on PATH"
        )
    return None


def fetch(artifacts: Sequence[Artifact], folder: Path, log: Log) -> dict[Artifact, Path]:
    """Each artifact as a verified file in `folder`; raises LocalNodeUnavailable otherwise."""
    reason = why_unfetchable()
    if reason is not None:
        raise LocalNodeUnavailable(reason)
    log(f"fetching {len(artifacts)} files with Maven")
    with tempfile.TemporaryDirectory(prefix="rerank-maven-") as work:
        pom = Path(work) / "pom.xml"
        for strict in (True, False):
            some = [each for each in artifacts if each.published_checksum is strict]
            if some:
                pom.write_text(copy_pom(some, folder), encoding="utf-8")
                _run_maven(pom, strict=strict)
    paths = {artifact: folder / artifact.file_name for artifact in artifacts}
    for artifact, path in paths.items():
        verify(artifact, path)
    return paths


def verify(artifact: Artifact, path: Path) -> None:
    """Return only if `path` is the file that the artifact names."""
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise LocalNodeUnavailable(f"{artifact.coordinates} cannot be read: {error}") from error
    if digest != artifact.sha256:
        raise LocalNodeUnavailable(
            f"{artifact.coordinates} is not the file that was recorded: its SHA-256 is {digest},"
            f" expected {artifact.sha256}"
        )


def copy_pom(artifacts: Sequence[Artifact], folder: Path) -> str:
    """A throw-away project whose only work is to copy these files, without their dependencies."""
    items = "".join(
        f"<artifactItem><groupId>{escape(artifact.group)}</groupId>"
        f"<artifactId>{escape(artifact.name)}</artifactId>"
        f"<version>{escape(artifact.version)}</version><type>{escape(artifact.kind)}</type>"
        f"<destFileName>{escape(artifact.file_name)}</destFileName></artifactItem>"
        for artifact in artifacts
    )
    group, name, version, _ = COPY_GOAL.split(":")
    return (
        "<project><modelVersion>4.0.0</modelVersion><groupId>local</groupId>"
        "<artifactId>node-parts</artifactId><version>1</version><packaging>pom</packaging>"
        f"<build><plugins><plugin><groupId>{group}</groupId><artifactId>{name}</artifactId>"
        f"<version>{version}</version><configuration><artifactItems>{items}</artifactItems>"
        f"<outputDirectory>{escape(str(folder))}</outputDirectory>"
        "</configuration></plugin></plugins></build></project>"
    )


def _run_maven(pom: Path, *, strict: bool) -> None:
    checksums = ["--strict-checksums"] if strict else []
    command = ["mvn", "--batch-mode", "--quiet", *checksums, "-f", str(pom), COPY_GOAL]
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=FETCH_LIMIT_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise LocalNodeUnavailable(
            f"Maven did not finish within {FETCH_LIMIT_S:.0f} seconds"
        ) from None
    except OSError as error:
        raise LocalNodeUnavailable(f"Maven cannot be started: {error}") from error
    if done.returncode != 0:
        said = [line for line in done.stdout.splitlines() if line.startswith("[ERROR] ")][:4]
        raise LocalNodeUnavailable(
            "Maven could not fetch the node (is the network there, are its settings right?):\n"
            + "\n".join(said or done.stdout.splitlines()[-4:])
        )
