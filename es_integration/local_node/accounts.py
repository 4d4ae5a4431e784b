"""As whom a node runs, and what that account can reach.

Search nodes refuse to run as root. A root shell (a container, a CI job) therefore hands the node
to an unprivileged account, which cannot look into a home folder that is closed to others.
"""

import os
import pwd
import stat
from pathlib import Path

from es_integration.errors import LocalNodeUnavailable

UNPRIVILEGED = ("nobody", "daemon")


def node_account() -> pwd.struct_passwd | None:
    """The account to switch to, or None where this process is unprivileged already."""
    if os.geteuid() != 0:
        return None
    for name in UNPRIVILEGED:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise LocalNodeUnavailable(
        "a node does not run as root, and there is no account `nobody` to run it as"
    )


def open_to_others(path: Path) -> bool:
    """Whether an unrelated account may pass through every folder down to `path`.

    A path that does not exist yet is judged by its nearest parent that does.
    """
    path = path.resolve()
    folders = [folder for folder in (path, *path.parents) if folder.is_dir()]
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in folders)
