"""What a node is made of: a product, its server, modules and plugins. Data, without any I/O."""

from dataclasses import dataclass, field

from es_integration.local_node.artifacts import Artifact


@dataclass(frozen=True)
class Product:
    """What differs between the products, beside their files."""

    name: str
    """As it is spoken; in lower case it names the start script and the settings file."""
    version: str
    oldest_java: int
    newest_java: int
    prefix: str
    """Of its environment variables: `<prefix>_JAVA_HOME`, `_PATH_CONF`, `_TMPDIR`."""
    settings: tuple[str, ...] = ()
    jvm_options: tuple[str, ...] = ()

    @property
    def slug(self) -> str:
        return self.name.lower()


@dataclass(frozen=True)
class Module:
    """Jars that become `modules/<name>`, with the descriptor and policy that they lack.

    Only jars that are not in the server's lib/: the same class twice is a hard error at start.
    """

    name: str
    classname: str
    jars: tuple[Artifact, ...]
    extends: str = ""
    permissions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Distribution:
    """A server with modules and plugins; `settings` are lines that its plugins understand."""

    # Not in the repr, by which the cache tells one set of files from another: a product that runs
    # on one Java more needs no other files.
    product: Product = field(repr=False)
    name: str
    server: Artifact
    modules: tuple[Module, ...] = ()
    plugins: tuple[Artifact, ...] = ()
    settings: tuple[str, ...] = ()

    @property
    def artifacts(self) -> tuple[Artifact, ...]:
        jars = tuple(jar for module in self.modules for jar in module.jars)
        return (self.server, *jars, *self.plugins)
