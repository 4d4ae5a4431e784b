"""How a node's files are laid out: fetched once, put together in the cache, then only read."""

import hashlib
import shutil
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

from es_integration.local_node.artifacts import Artifact, Log, fetch
from es_integration.local_node.cache import assembled
from es_integration.local_node.distribution import Distribution, Module, Product


def assemble(distribution: Distribution, cache: Path, log: Log) -> Path:
    """The home folder of an assembled node: from the cache, or fetched and put together now."""
    product = distribution.product

    def build(home: Path) -> None:
        with tempfile.TemporaryDirectory(prefix=".fetched-", dir=home) as downloads:
            files = fetch(distribution.artifacts, Path(downloads), log)
            log(f"putting {product.name} {product.version} together")
            put_together(distribution, files, home)

    return assembled(cache, folder_name(distribution), build)


def folder_name(distribution: Distribution) -> str:
    """Another set of files is another folder, so an old one is never taken for a new one."""
    digest = hashlib.sha256(repr(distribution).encode()).hexdigest()
    return f"{distribution.name}-{distribution.product.version}-{digest[:12]}"


def put_together(distribution: Distribution, files: Mapping[Artifact, Path], home: Path) -> None:
    """Lay server, modules and plugins out in `home` as the node expects them."""
    product = distribution.product
    _unzip(files[distribution.server], home)
    # The server's zip has one folder around everything.
    inner = home / f"{product.slug}-{product.version}"
    for path in list(inner.iterdir()):
        path.rename(home / path.name)
    inner.rmdir()
    for module in distribution.modules:
        folder = home / "modules" / module.name
        folder.mkdir(parents=True)
        for jar in module.jars:
            shutil.copyfile(files[jar], folder / jar.file_name)
        written = descriptor(product, module)
        (folder / "plugin-descriptor.properties").write_text(written, encoding="utf-8")
        if module.permissions:
            (folder / "plugin-security.policy").write_text(policy(module), encoding="utf-8")
    for plugin in distribution.plugins:
        name = plugin.name.removeprefix(f"{product.slug}-").removesuffix("-plugin")
        _unzip(files[plugin], home / "plugins" / f"{product.slug}-{name}")


def descriptor(product: Product, module: Module) -> str:
    """The `plugin-descriptor.properties` of a module whose jar came without one."""
    values = {
        "name": module.name,
        "description": f"{module.name}, from its jar",
        "version": product.version,
        f"{product.slug}.version": product.version,
        "java.version": str(product.oldest_java),
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
