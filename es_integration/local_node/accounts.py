"""The account that a node runs as, and what that account can read.

Search nodes refuse to run as root. In a root shell (a container, a CI job) a node therefore runs as
an unprivileged account, which cannot read a home folder that is closed to others.
"""

import os
import pwd
import stat
from pathlib import Path

from es_integration.errors import LocalNodeUnavailable

UNPRIVILEGED_ACCOUNTS = ("nobody", "daemon")


def node_account() -> pwd.struct_passwd | None:
    """The account to switch to; None when this process is unprivileged already.

    Raises LocalNodeUnavailable when root finds no such account.
    """
    if os.geteuid() != 0:
        return None
    for name in UNPRIVILEGED_ACCOUNTS:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise LocalNodeUnavailable(
        "a node does not run as root, and there is no account `nobody` to run it as"
    )


def open_to_others(path: Path) -> bool:
    """Whether any other account may enter every folder down to `path`.

    For a path that does not exist yet, the nearest existing parent decides.
    """
    path = path.resolve()
    folders = [folder for folder in (path, *path.parents) if folder.is_dir()]
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in folders)
