"""A stand-in for the base image: this machine's own Debian and Python, read-only, in a folder.

They appear in the folder only for the command that runs there, in a mount namespace of its own.
Needs Linux, root, and leave to mount.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

ETC = (
    *("passwd", "group", "shadow", "login.defs", "nsswitch.conf"),
    *("hosts", "resolv.conf", "pip.conf", "ssl"),
)
"""What is copied of /etc: users, and how pip reaches packages."""
ENTER = """
set -eu
mount --bind "$ROOT" "$ROOT"
if [ "$READ_ONLY" = yes ]; then mount -o remount,bind,ro "$ROOT"; fi
lend() { mount --bind "$1" "$ROOT$2"; mount -o remount,bind,ro "$ROOT$2"; }
lend /usr /usr
lend "$PYTHON" /usr/local
lend "$PYTHON" "$PYTHON"  # where it looks for its own shared library
mount -t proc proc "$ROOT/proc"
mount --bind /dev "$ROOT/dev"
mount -t tmpfs -o mode=1777 tmpfs "$ROOT/tmp"
if [ "$CACHE" ]; then mount --bind "$CACHE" "$ROOT/root/.cache/pip"; fi
cd "$ROOT"
exec chroot "$ROOT" "$@"
"""


def make_base(root: Path) -> None:
    """The folder `root` as an image's file system before any step."""
    python = sys.base_prefix.lstrip("/")
    for name in ("usr", python, "proc", "dev", "tmp", "etc", "opt", "root/.cache/pip"):
        (root / name).mkdir(parents=True, exist_ok=True)
    for name in ("bin", "lib", "lib64", "sbin"):
        (root / name).symlink_to(f"usr/{name}")
    for source in (Path("/etc") / name for name in ETC):
        if source.is_dir():
            shutil.copytree(source, root / "etc" / source.name, symlinks=True)
        elif source.exists():
            shutil.copyfile(source, root / "etc" / source.name)


def entering(
    root: Path, command: Sequence[str], *, read_only: bool, cache: Path | None = None
) -> tuple[list[str], Mapping[str, str]]:
    """(a command that runs `command` with `root` as its whole file system, its environment).

    `cache` is a folder for pip's downloads, in root's home.
    """
    environment = {
        "PATH": "/usr/sbin:/usr/bin",
        "ROOT": str(root),
        "READ_ONLY": "yes" if read_only else "no",
        "PYTHON": sys.base_prefix,
        "CACHE": str(cache or ""),
    }
    flags = ("--mount", "--propagation=private", "--pid", "--fork")
    return ["unshare", *flags, "sh", "-c", ENTER, "sh", *command], environment


def can_enter(root: Path) -> bool:
    """Whether this machine lets us mount and change the root."""
    if os.name != "posix" or os.getuid() != 0 or not shutil.which("unshare"):
        return False
    command, environment = entering(root, ["true"], read_only=True)
    done = subprocess.run(command, env=environment, capture_output=True, check=False)
    return done.returncode == 0
