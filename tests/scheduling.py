"""Which tests share a process when pytest-xdist runs several (`-n 2`)."""

import re
from pathlib import PurePosixPath

from xdist.scheduler import LoadScopeScheduling

ENGINE = re.compile(r"\[(?:.*-)?(elasticsearch|\d+\.\d+\.\d+)[-\]]")
"""In the name of a test on a search node: the engine, or its version."""


class FolderScheduling(LoadScopeScheduling):  # type: ignore[misc] # xdist has no types for this
    """A folder's tests go to one process, and so do those on search nodes of one version.

    What they share (a service, a browser, a node that takes half a minute to start) is then
    started once. Large folders come first.
    """

    def _split_scope(self, nodeid: str) -> str:
        return scope(nodeid)


def scope(nodeid: str) -> str:
    path, _, test = nodeid.partition("::")
    folder = str(PurePosixPath(path).parent)
    engine = ENGINE.search(test) if folder.startswith("tests/es_integration") else None
    return engine.group(1) if engine else folder
