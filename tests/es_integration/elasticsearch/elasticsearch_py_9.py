"""Runs the same tests with elasticsearch-py 9 beside the installed 8.

    python -m tests.es_integration.elasticsearch.elasticsearch_py_9      installs it and runs them

One environment cannot have two major versions, and the local node needs 8. So 9 is in its own
folder, which comes before the environment's packages on the path.
"""

import os
import subprocess
import sys
from pathlib import Path

from tests.clients import venvs

ROOT = Path(__file__).parents[3]
REQUIREMENT = "elasticsearch>=9.1,<10"
TESTS = ("test_install.py", "test_verify.py", "test_searches.py")
LIMIT_S = 600


def folder() -> Path:
    """The folder, beside the environments of tests/clients."""
    return venvs.folder() / "elasticsearch-9"


def is_made() -> bool:
    mark = folder() / "made-of"
    return mark.is_file() and mark.read_text() == REQUIREMENT


def make() -> None:
    """Installs it unless it is there. Raises CalledProcessError when pip fails."""
    if is_made():
        return
    pip = (sys.executable, "-m", "pip", "install", "--quiet", "--upgrade", "--target", folder())
    subprocess.run([*pip, REQUIREMENT], check=True)
    (folder() / "made-of").write_text(REQUIREMENT)


def environment() -> dict[str, str]:
    """This process's environment, with the other client before the installed one."""
    before = os.environ.get("PYTHONPATH")
    path = os.pathsep.join([str(folder()), *([before] if before else [])])
    return {**os.environ, "PYTHONPATH": path}


def major() -> int:
    """The major version of the client that a process of that environment imports."""
    code = "import elasticsearch; print(elasticsearch.__version__[0])"
    command = [sys.executable, "-c", code]
    process = subprocess.run(command, env=environment(), capture_output=True, check=True)
    return int(process.stdout)


def run() -> subprocess.CompletedProcess[str]:
    """Runs the tests with the other client."""
    here = Path(__file__).parent
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *(here / name for name in TESTS)],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )


if __name__ == "__main__":
    make()
    done = run()
    sys.stdout.write(done.stdout + done.stderr)
    sys.exit(done.returncode)
