"""Which Java is chosen."""

from pathlib import Path

import pytest

from es_integration import LocalNodeUnavailable
from es_integration.local_node import java


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ('IMPLEMENTOR="Debian"\nJAVA_VERSION="17.0.15"\n', 17),
        ('openjdk version "11.0.2" 2019-01-15', 11),
        ('java version "1.8.0_392"', 8),
        ('openjdk version "25-ea" 2025-09-16', 25),
        ("bash: java: command not found", None),
    ],
)
def test_the_major_version_is_read(text: str, version: int | None) -> None:
    assert java.parse_version(text) == version


@pytest.fixture
def jvms(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of Javas 8, 17 and 25, and a process that is not root."""
    for version in ("8", "17", "25"):
        binary = tmp_path / version / "bin" / "java"
        binary.parent.mkdir(parents=True)
        binary.write_text("#!/bin/sh\n")
        binary.chmod(0o755)
        (tmp_path / version / "release").write_text(f'JAVA_VERSION="{version}.0.1"\n')
    monkeypatch.setattr(java, "JVM_FOLDER", tmp_path)
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    return tmp_path


def test_an_unfitting_java_home_is_passed_over(jvms: Path) -> None:
    env = {"JAVA_HOME": str(jvms / "25"), "PATH": ""}
    assert java.find_java(11, 23, "JAVA_HOME", env=env) == jvms / "17"


def test_the_first_variable_comes_first(jvms: Path) -> None:
    env = {"FIRST": str(jvms / "17"), "SECOND": str(jvms / "25")}
    assert java.find_java(11, 99, "FIRST", "SECOND", env=env) == jvms / "17"


def test_without_a_fitting_java_the_error_names_what_was_found(jvms: Path) -> None:
    with pytest.raises(LocalNodeUnavailable, match=r"25 is Java 25.*openjdk-21-jdk"):
        java.find_java(18, 23, "JAVA_HOME", env={"PATH": ""})
