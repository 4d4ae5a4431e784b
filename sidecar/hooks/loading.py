"""Hooks are found, imported and checked once, when the service starts."""

import importlib.util
import inspect
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType
from typing import Literal

from sidecar.errors import HookError

GROUP = "rerank_sidecar.hooks"
"""The entry points' group; each names a module."""

Kind = Literal["document", "query"]
PARAMETERS: dict[Kind, tuple[str, ...]] = {
    "document": ("query", "documents", "context"),
    "query": ("query", "context"),
}


@dataclass(frozen=True, slots=True)
class Hook:
    """One function of a hook's module."""

    name: str
    kind: Kind
    call: Callable[..., object]
    source: str
    """The entry point or the file of the module."""

    def __str__(self) -> str:
        return f"hook {self.name} ({self.kind})"


def load(files: Iterable[Path] = (), *, installed: bool = True) -> list[Hook]:
    """The hooks of the entry points, by name, then those of the files, in their order.

    Raises HookError for a module that cannot be imported, has no hook function or one with the
    wrong parameters, and for two modules of one name.
    """
    modules: dict[str, tuple[ModuleType, str]] = {}

    def add(name: str, source: str, read: Callable[[], ModuleType]) -> None:
        if name in modules:
            raise HookError(f"hook {name}: both {modules[name][1]} and {source} have this name")
        try:
            modules[name] = read(), source
        except Exception as fault:
            raise HookError(f"hook {name} of {source}: {type(fault).__name__}: {fault}") from fault

    points = entry_points(group=GROUP) if installed else ()
    for point in sorted(points, key=lambda point: point.name):
        add(point.name, f"entry point {point.value}", point.load)
    for path in files:
        add(path.stem, str(path), partial(_import, path))
    return [
        hook
        for name, (module, source) in modules.items()
        for hook in _module_hooks(name, module, source)
    ]


def _import(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"rerank_sidecar_hook_{path.stem}", path)
    if spec is None or spec.loader is None or not path.is_file():
        raise FileNotFoundError("is not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[spec.name]
        raise
    return module


def _module_hooks(name: str, module: ModuleType, source: str) -> list[Hook]:
    hooks = []
    for kind, parameters in PARAMETERS.items():
        call = getattr(module, f"{kind}_hook", None)
        if call is None:
            continue
        hook = Hook(name, kind, call, source)
        if not callable(call) or inspect.iscoroutinefunction(call):
            raise HookError(f"{hook} of {source}: is not a plain function")
        try:
            inspect.signature(call).bind(*parameters)
        except (TypeError, ValueError):
            raise HookError(f"{hook} of {source}: must take ({', '.join(parameters)})") from None
        hooks.append(hook)
    if not hooks:
        raise HookError(f"hook {name} of {source}: has no document_hook and no query_hook")
    return hooks
