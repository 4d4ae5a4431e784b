"""Finds a JDK that the search engine runs on, readable for the node's account.

A release names its range of Java versions; the newest Java on a machine is often outside it.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

from es_integration.errors import LocalNodeUnavailable
from es_integration.local_node.accounts import open_to_others

JVM_FOLDER = Path("/usr/lib/jvm")
# The versions with long-term support that Linux distributions have packages of.
LONG_TERM_JAVA = (17, 21, 25)


def find_java(min_version: int, max_version: int, *variables: str, env: Mapping[str, str]) -> Path:
    """The home of the first Java within the range: from the environment `variables` in their order,
    `java` on PATH, or the JVM folder. Raises LocalNodeUnavailable.
    """
    rejected: list[str] = []
    for home in _candidates(variables, env):
        version = _version(home)
        if version is None:
            continue
        if not min_version <= version <= max_version:
            rejected.append(f"{home} is Java {version}")
        elif os.geteuid() == 0 and not open_to_others(home):
            rejected.append(f"{home} cannot be read by an unprivileged user")
        else:
            return home
    reasons = "; ".join(dict.fromkeys(rejected)) or "none found"
    fitting = (version for version in LONG_TERM_JAVA if min_version <= version <= max_version)
    suggested = next(fitting, min_version)
    raise LocalNodeUnavailable(
        f"a JDK from {min_version} to {max_version} is needed ({reasons}): install one, such as"
        f" openjdk-{suggested}-jdk-headless, or point {variables[0]} at it"
    )


def parse_version(text: str) -> int | None:
    """The major version in a `release` file or in the output of `java -version`; "1.8.0" is 8."""
    match = re.search(r'(?:JAVA_VERSION=|version )"(?:1\.)?(\d+)', text)
    return int(match[1]) if match else None


def _candidates(variables: tuple[str, ...], env: Mapping[str, str]) -> Iterator[Path]:
    for variable in variables:
        if env.get(variable):
            yield Path(env[variable])
    on_path = shutil.which("java", path=env.get("PATH", ""))
    if on_path:
        yield Path(on_path).resolve().parent.parent
    if JVM_FOLDER.is_dir():
        yield from sorted(path for path in JVM_FOLDER.iterdir() if path.is_dir())


def _version(home: Path) -> int | None:
    binary = home / "bin" / "java"
    if not os.access(binary, os.X_OK):
        return None
    try:
        version = parse_version((home / "release").read_text(encoding="utf-8", errors="replace"))
    except OSError:
        version = None
    return version or _version_of_binary(binary)


def _version_of_binary(binary: Path) -> int | None:
    """The version that `java -version` prints: some distributions ship no `release` file."""
    try:
        result = subprocess.run(
            [binary, "-version"], capture_output=True, text=True, timeout=20, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return parse_version(result.stderr + result.stdout)
