"""Files from a Maven repository: named by coordinates, fetched by `mvn`, verified by SHA-256.

The user's Maven settings choose the repository, its mirrors, proxies and passwords; nothing here
names one. Each file must have the digest that this repository records. Maven runs with strict
checksums too, except for files that were published without one.
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

# Pinned: without a version Maven would take the newest plugin of the day.
COPY_GOAL = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy"

# 2 GB at 2 MB/s, rounded up: enough for a slow line, and a CI job does not hang all day.
FETCH_TIMEOUT_S = 1500.0

Log = Callable[[str], None]


@dataclass(frozen=True)
class Artifact:
    """One file. `published_checksum` is False when the repository has no checksum for it: then
    `sha256` is the digest of the file as it was first downloaded."""

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
    """Why `fetch` would fail without any transfer; None if it would not."""
    if shutil.which("mvn") is None:
        return (
            "Maven is needed to fetch the node: install it (package `maven`) so that mvn is on PATH"
        )
    return None


def fetch(artifacts: Sequence[Artifact], folder: Path, log: Log) -> dict[Artifact, Path]:
    """Each artifact as a verified file in `folder`. Raises LocalNodeUnavailable."""
    reason = why_unfetchable()
    if reason is not None:
        raise LocalNodeUnavailable(reason)
    log(f"fetching {len(artifacts)} files with Maven")
    with tempfile.TemporaryDirectory(prefix="rerank-maven-") as work:
        pom = Path(work) / "pom.xml"
        for strict in (True, False):
            batch = [artifact for artifact in artifacts if artifact.published_checksum is strict]
            if batch:
                pom.write_text(copy_pom(batch, folder), encoding="utf-8")
                _run_maven(pom, strict=strict)
    paths = {artifact: folder / artifact.file_name for artifact in artifacts}
    for artifact, path in paths.items():
        verify(artifact, path)
    return paths


def verify(artifact: Artifact, path: Path) -> None:
    """Raises LocalNodeUnavailable unless `path` is the file that the artifact names."""
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
    """The POM of a project that only copies these files, without their dependencies."""
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
        result = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=FETCH_TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise LocalNodeUnavailable(
            f"Maven did not finish within {FETCH_TIMEOUT_S:.0f} seconds"
        ) from None
    except OSError as error:
        raise LocalNodeUnavailable(f"Maven cannot be started: {error}") from error
    if result.returncode != 0:
        lines = result.stdout.splitlines()
        errors = [line for line in lines if line.startswith("[ERROR] ")][:4]
        raise LocalNodeUnavailable(
            "Maven could not fetch the node (is the network there, are its settings right?):\n"
            + "\n".join(errors or lines[-4:])
        )
