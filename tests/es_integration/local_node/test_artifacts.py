"""Only the files that are recorded enter a node."""

import hashlib
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from es_integration import ELASTICSEARCH, RERANK, SEARCH, Distribution, LocalNodeUnavailable
from es_integration.local_node.artifacts import Artifact, copy_pom, fetch, verify

CONTENT = b"a jar"
JAR = Artifact("org.example", "part", "1.0", hashlib.sha256(CONTENT).hexdigest())


def fake_maven(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.mkdir()
    mvn = folder / "mvn"
    mvn.write_text(f"#!/bin/sh\n{script}\n")
    mvn.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")


def test_the_recorded_file_is_accepted(tmp_path: Path) -> None:
    path = tmp_path / JAR.file_name
    path.write_bytes(CONTENT)
    verify(JAR, path)


def test_an_altered_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / JAR.file_name
    path.write_bytes(CONTENT + b"!")
    with pytest.raises(LocalNodeUnavailable, match="not the file that was recorded"):
        verify(JAR, path)


def test_a_download_that_differs_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_maven(tmp_path / "bin", f"echo other > {tmp_path}/{JAR.file_name}", monkeypatch)
    with pytest.raises(LocalNodeUnavailable, match="not the file that was recorded"):
        fetch([JAR], tmp_path, log=lambda line: None)


def test_without_maven_the_error_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(LocalNodeUnavailable, match="package `maven`"):
        fetch([JAR], tmp_path, log=lambda line: None)


def test_mavens_error_is_passed_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_maven(tmp_path / "bin", "echo '[ERROR] no such host'; exit 1", monkeypatch)
    with pytest.raises(LocalNodeUnavailable, match="no such host"):
        fetch([JAR], tmp_path, log=lambda line: None)


def test_maven_runs_with_strict_checksums(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = f'echo "$@" > {tmp_path}/said; printf "a jar" > {tmp_path}/{JAR.file_name}'
    fake_maven(tmp_path / "bin", script, monkeypatch)
    assert fetch([JAR], tmp_path, log=lambda line: None) == {JAR: tmp_path / JAR.file_name}
    assert "--strict-checksums" in (tmp_path / "said").read_text()


def test_a_file_that_was_published_without_a_checksum_is_held_to_its_digest_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = f'echo "$@" > {tmp_path}/said; printf "a jar" > {tmp_path}/{JAR.file_name}'
    fake_maven(tmp_path / "bin", script, monkeypatch)
    bare = replace(JAR, published_checksum=False)
    assert fetch([bare], tmp_path, log=lambda line: None) == {bare: tmp_path / JAR.file_name}
    assert "--strict-checksums" not in (tmp_path / "said").read_text()
    with pytest.raises(LocalNodeUnavailable, match="not the file that was recorded"):
        fetch([replace(bare, sha256="0" * 64)], tmp_path, log=lambda line: None)


def test_the_pom_copies_by_coordinates_and_names_no_repository() -> None:
    pom = ElementTree.fromstring(copy_pom([JAR], Path("/somewhere")))
    items = list(pom.iter("artifactItem"))
    assert [item.findtext("artifactId") for item in items] == ["part"]
    assert not list(pom.iter("repository"))
    assert not list(pom.iter("url"))


@pytest.mark.parametrize(
    "distribution", [SEARCH, RERANK, ELASTICSEARCH], ids=lambda distribution: distribution.name
)
def test_the_table_is_well_formed(distribution: Distribution) -> None:
    names = [artifact.file_name for artifact in distribution.artifacts]
    assert len(set(names)) == len(names)
    digests = [artifact.sha256 for artifact in distribution.artifacts]
    assert all(len(digest) == 64 and int(digest, 16) for digest in digests)
