"""Puts a distribution's files together in the cache, where they are then only read."""

import hashlib
import shutil
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

from es_integration.local_node.artifacts import Artifact, Log, fetch
from es_integration.local_node.cache import get_or_assemble
from es_integration.local_node.distribution import Distribution, Module, Release


def assemble(distribution: Distribution, cache: Path, log: Log) -> Path:
    """The home folder of an assembled node: from the cache, or fetched and put together now.

    Raises LocalNodeUnavailable.
    """
    release = distribution.release

    def build(home: Path) -> None:
        with tempfile.TemporaryDirectory(prefix=".fetched-", dir=home) as downloads:
            files = fetch(distribution.artifacts, Path(downloads), log)
            log(f"putting {release.name} {release.version} together")
            put_together(distribution, files, home)

    return get_or_assemble(cache, folder_name(distribution), build)


def folder_name(distribution: Distribution) -> str:
    """The distribution's folder in the cache; another set of files gets another name."""
    digest = hashlib.sha256(repr(distribution).encode()).hexdigest()
    return f"{distribution.name}-{distribution.release.version}-{digest[:12]}"


def put_together(distribution: Distribution, files: Mapping[Artifact, Path], home: Path) -> None:
    """Puts server, modules and plugins into `home` as the node expects them."""
    release = distribution.release
    _unzip(files[distribution.server], home)
    # In the server's zip, one folder contains everything.
    server_folder = home / f"{release.slug}-{release.version}"
    for path in list(server_folder.iterdir()):
        path.rename(home / path.name)
    server_folder.rmdir()
    for module in distribution.modules:
        folder = home / "modules" / module.name
        folder.mkdir(parents=True)
        for jar in module.jars:
            shutil.copyfile(files[jar], folder / jar.file_name)
        properties = descriptor(release, module)
        (folder / "plugin-descriptor.properties").write_text(properties, encoding="utf-8")
        if module.permissions:
            (folder / "plugin-security.policy").write_text(policy(module), encoding="utf-8")
    for plugin in distribution.plugins:
        name = plugin.name.removeprefix(f"{release.slug}-").removesuffix("-plugin")
        _unzip(files[plugin], home / "plugins" / f"{release.slug}-{name}")


def descriptor(release: Release, module: Module) -> str:
    """The `plugin-descriptor.properties` of a module whose jar has none."""
    values = {
        "name": module.name,
        "description": f"{module.name}, from its jar",
        "version": release.version,
        f"{release.slug}.version": release.version,
        "java.version": str(release.min_java),
        "classname": module.classname,
        "extended.plugins": module.extends,
        "has.native.controller": "false",
    }
    return "".join(f"{key}={value}\n" for key, value in values.items())


def policy(module: Module) -> str:
    """The `plugin-security.policy` that grants the module what it needs."""
    grants = "".join(f"  permission {permission};\n" for permission in module.permissions)
    return "grant {\n" + grants + "};\n"


def _unzip(archive: Path, folder: Path) -> None:
    with zipfile.ZipFile(archive) as file:
        file.extractall(folder)
