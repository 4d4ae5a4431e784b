"""What a node consists of: a release, its server, modules and plugins. Data, without any I/O."""

from dataclasses import dataclass, field

from es_integration.local_node.artifacts import Artifact


@dataclass(frozen=True)
class Release:
    """A version of a search engine, and what it needs to run beside its files."""

    name: str
    """The search engine's name; in lower case also that of the start script and settings file."""
    version: str
    min_java: int
    max_java: int
    prefix: str
    """The prefix of its environment variables: `<prefix>_JAVA_HOME`, `_PATH_CONF`, `_TMPDIR`."""
    settings: tuple[str, ...] = ()
    jvm_options: tuple[str, ...] = ()

    @property
    def slug(self) -> str:
        return self.name.lower()


@dataclass(frozen=True)
class Module:
    """Jars that become `modules/<name>`, with the descriptor and policy that they lack.

    Only jars that are not in the server's lib/: a class that is there twice stops the start.
    """

    name: str
    classname: str
    jars: tuple[Artifact, ...]
    extends: str = ""
    permissions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Distribution:
    """A server with modules and plugins; `settings` are the plugins' lines in the settings file."""

    # Not in the repr, which is the cache's key for a set of files: a release that runs on one more
    # version of Java needs no other files.
    release: Release = field(repr=False)
    name: str
    server: Artifact
    modules: tuple[Module, ...] = ()
    plugins: tuple[Artifact, ...] = ()
    settings: tuple[str, ...] = ()

    @property
    def artifacts(self) -> tuple[Artifact, ...]:
        jars = tuple(jar for module in self.modules for jar in module.jars)
        return (self.server, *jars, *self.plugins)
