"""The dependency rule: arrows point one way, and each library has its one place.

Also: files stay small, only the command line prints, and tests lie where their module does.

errors, request nouns <- contracts, text, fusion, explain, runtime <- pipeline <- http
                                                   <- inprocess <- workshop <- cli
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TESTS = ROOT / "tests"
FILES = sorted(
    path
    for package in ("sidecar", "es_integration", "mappings")
    for path in (ROOT / package).rglob("*.py")
)
FOUNDATION = {
    "sidecar",
    "sidecar.calibration",
    "sidecar.canary_settings",
    "sidecar.embedding",
    "sidecar.errors",
    "sidecar.lenient_json",
    "sidecar.lengths",
    "sidecar.request",
    "sidecar.schema",
    "sidecar.search",
    "sidecar.yaml_core",
}
PURE = FOUNDATION | {
    "sidecar.contracts",
    "sidecar.text",
    "sidecar.signals",
    "sidecar.profile",
    "sidecar.fusion",
}
SERVICE = PURE | {
    "sidecar.access",
    "sidecar.explain",
    "sidecar.hooks",
    "sidecar.http",
    "sidecar.inprocess",
    "sidecar.judgements",
    "sidecar.pipeline",
    "sidecar.profiles",
    "sidecar.runtime",
    "sidecar.settings",
    "sidecar.idle_settings",
    "sidecar.shared_cache",
    "sidecar.telemetry",
}
# What each part may import besides itself.
MAY_IMPORT = {
    "sidecar.calibration": set(),
    "sidecar.canary_settings": set(),
    "sidecar.embedding": {"sidecar.request"},
    "sidecar.errors": set(),
    "sidecar.lenient_json": set(),
    "sidecar.lengths": set(),
    "sidecar.request": set(),
    "sidecar.search": set(),
    "sidecar.schema": set(),
    "sidecar.yaml_core": set(),
    "sidecar.explain": FOUNDATION,
    "sidecar.settings": FOUNDATION | {"sidecar.access", "sidecar.runtime", "sidecar.shared_cache"},
    "sidecar.idle_settings": {"sidecar.runtime", "sidecar.settings"},
    "sidecar.shared_cache": FOUNDATION | {"sidecar.pipeline", "sidecar.runtime"},
    "sidecar.telemetry": set(),
    "sidecar.access": FOUNDATION,
    "sidecar.judgements": FOUNDATION,
    "sidecar.contracts": FOUNDATION,
    "sidecar.text": FOUNDATION | {"mappings"},
    "sidecar.signals": FOUNDATION | {"sidecar.text"},
    "sidecar.profile": FOUNDATION | {"sidecar.text", "sidecar.signals"},
    "sidecar.profiles": FOUNDATION
    | {"sidecar.text", "sidecar.signals", "sidecar.profile", "mappings"},
    "sidecar.fusion": FOUNDATION | {"sidecar.text", "sidecar.signals", "sidecar.profile"},
    "sidecar.hooks": FOUNDATION,
    # Ids in, tensors out: neither texts nor profiles.
    "sidecar.runtime": {"sidecar", "sidecar.calibration", "sidecar.errors", "sidecar.lengths"},
    "sidecar.pipeline": PURE - {"sidecar.contracts"}
    | {"sidecar.explain", "sidecar.hooks", "sidecar.profiles", "sidecar.runtime"},
    "sidecar.inprocess": PURE
    | {"sidecar.pipeline", "sidecar.profiles", "sidecar.runtime", "sidecar.settings"},
    "sidecar.http": SERVICE - {"sidecar.explain", "sidecar.inprocess"} | {"mappings"},
    "sidecar.workshop": SERVICE | {"es_integration", "mappings"},
    "sidecar.on_ray": SERVICE | {"sidecar.workshop"},
    "sidecar.cli": SERVICE | {"sidecar.on_ray", "sidecar.workshop", "es_integration", "mappings"},
    "sidecar.__main__": {"sidecar.cli"},
    "sidecar": {"sidecar.errors", "sidecar.inprocess"},
    "es_integration": {"mappings"},
    "mappings": set(),
}
MODEL_TOOLS = ("sidecar/workshop/model/", "sidecar/workshop/bench/")
ONLY_IN = {
    "onnxruntime": ("sidecar/runtime/onnx_session.py", *MODEL_TOOLS),
    "openvino": ("sidecar/runtime/openvino_session.py", *MODEL_TOOLS),
    "tokenizers": (
        "sidecar/runtime/tokenizer.py",
        "sidecar/runtime/special_tokens.py",
        *MODEL_TOOLS,
    ),
    "aiohttp": ("sidecar/http/", "sidecar/on_ray/replica.py", "es_integration/"),
    "torch": MODEL_TOOLS,
    "transformers": MODEL_TOOLS,
    "opensearchpy": ("es_integration/",),
    "elasticsearch": ("es_integration/",),
    "yaml": (
        "sidecar/yaml_core.py",
        "sidecar/text/parse.py",
        "sidecar/text/vocabularies.py",
        "sidecar/profiles/",
    ),
    "redis": ("sidecar/shared_cache/redis_store.py",),
    "opentelemetry": ("sidecar/telemetry/tracing.py", "sidecar/telemetry/otlp_metrics.py"),
    "ray": ("sidecar/on_ray/", "sidecar/cli/rerank_file.py"),
    "typer": ("sidecar/cli/",),
    "rich": ("sidecar/cli/", "sidecar/workshop/"),
    "asyncio": (
        "sidecar/pipeline/",
        "sidecar/inprocess.py",
        "sidecar/hooks/runner.py",
        "sidecar/http/",
        "sidecar/shared_cache/",
        "sidecar/cli/",
        "sidecar/on_ray/",
        "sidecar/workshop/",
        "es_integration/",
    ),
}

WHOLE_SYSTEM = {
    "attacks": "what clients, neighbours and the authors of files can try",
    "clients": "other people's clients against the real service",
    "clients/embeddings": "their embedding clients",
    "es_integration/fake_elasticsearch": "a fake of Elasticsearch's inference plugin",
    "fuzz": "random requests to the real service",
    "gpu": "experiments on graphs for GPUs",
    "packaging": "the wheel, installed into an empty environment",
    "simulation": "the scheduling on a virtual clock, by seeds",
    "service": "searches, profiles, hooks and signals on a real server process",
}
"""Folders of tests that mirror no package, and what they test."""


def module(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def part(name: str) -> str:
    """The unit that the rule speaks of: `sidecar.runtime` for `sidecar.runtime.runs`, all of
    `es_integration` for any of its modules."""
    return ".".join(name.split(".")[: 2 if name.startswith("sidecar.") else 1])


def run_time(node: ast.AST) -> Iterator[ast.AST]:
    """The node and all below it, except imports for type checkers alone."""
    if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
        return
    yield node
    for child in ast.iter_child_nodes(node):
        yield from run_time(child)


def imports(path: Path) -> Iterator[str]:
    for node in run_time(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} has a relative import"
            assert node.module
            is_package = (ROOT / node.module.replace(".", "/")).is_dir()
            for alias in node.names:
                submodule = ROOT / node.module.replace(".", "/") / f"{alias.name}.py"
                yield (
                    f"{node.module}.{alias.name}"
                    if is_package and submodule.exists()
                    else (node.module)
                )


def ours(path: Path) -> set[str]:
    packages = ("sidecar", "es_integration", "mappings")
    return {name for name in imports(path) if name.split(".")[0] in packages}


@pytest.mark.parametrize("path", FILES, ids=module)
def test_imports_follow_the_rule(path: Path) -> None:
    name = part(module(path))
    for item in ours(path):
        assert part(item) in MAY_IMPORT[name] | {name}, f"{module(path)} imports {item}"


@pytest.mark.parametrize("library", ONLY_IN)
def test_a_library_stays_in_its_place(library: str) -> None:
    places = ONLY_IN[library]
    for path in FILES:
        used = {name.split(".")[0] for name in imports(path)}
        relative = path.relative_to(ROOT).as_posix()
        if library in used:
            assert relative.startswith(places), f"{relative} imports {library}"


def test_there_are_no_cycles() -> None:
    graph = {module(path): ours(path) for path in FILES}
    done: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> None:
        assert name not in path, " -> ".join((*path, name))
        if name in done:
            return
        for item in graph.get(name, ()):
            visit(item, (*path, name))
        done.add(name)

    for name in graph:
        visit(name, ())


@pytest.mark.parametrize("path", FILES, ids=module)
def test_files_stay_small(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 300, "is it still one idea?"


def test_the_core_never_prints() -> None:
    for path in FILES:
        if "cli" in path.parts or "workshop" in path.parts:
            continue
        calls = [
            node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)
        ]
        names = {call.func.id for call in calls if isinstance(call.func, ast.Name)}
        assert "print" not in names, path


def test_tests_mirror_the_packages() -> None:
    """tests/text/query holds the tests of sidecar/text/query; what mirrors nothing is listed."""
    folders = {path.parent.relative_to(TESTS) for path in TESTS.rglob("test_*.py")}
    homeless = {
        folder.as_posix()
        for folder in folders
        if not any((ROOT / parent / folder).is_dir() for parent in ("sidecar", "."))
    }
    assert homeless == {*WHOLE_SYSTEM}


def test_tests_beside_the_folders_are_of_a_module_or_of_the_whole_repository() -> None:
    modules = {path.stem for path in (ROOT / "sidecar").glob("*.py")}
    subjects = {path.stem.removeprefix("test_") for path in TESTS.glob("test_*.py")}
    beyond = {name for name in subjects - modules if not name.startswith("docs_")}
    assert beyond == {"architecture", "readme", "style"}
