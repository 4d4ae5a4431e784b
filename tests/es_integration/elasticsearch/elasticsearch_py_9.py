"""elasticsearch-py 9 beside the 8 that is installed: the same tests, the other client.

    python -m tests.es_integration.elasticsearch.elasticsearch_py_9      makes it and runs them

Two majors cannot be in one environment, and the local node wants 8. So 9 lies in a folder of its
own, which goes before the environment's packages; everything else is the environment's.
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
    """Where it is kept, beside the environments of tests/clients."""
    return venvs.folder() / "elasticsearch-9"


def is_made() -> bool:
    mark = folder() / "made-of"
    return mark.is_file() and mark.read_text() == REQUIREMENT


def make() -> None:
    """Makes it, unless it is made. Raises CalledProcessError when pip fails."""
    if is_made():
        return
    pip = (sys.executable, "-m", "pip", "install", "--quiet", "--upgrade", "--target", folder())
    subprocess.run([*pip, REQUIREMENT], check=True)
    (folder() / "made-of").write_text(REQUIREMENT)


def environment() -> dict[str, str]:
    """This process's, with the other client before the installed one."""
    before = os.environ.get("PYTHONPATH")
    path = os.pathsep.join([str(folder()), *([before] if before else [])])
    return {**os.environ, "PYTHONPATH": path}


def major() -> int:
    """The client's that a process of that environment imports."""
    code = "import elasticsearch; print(elasticsearch.__version__[0])"
    command = [sys.executable, "-c", code]
    process = subprocess.run(command, env=environment(), capture_output=True, check=True)
    return int(process.stdout)


def run() -> subprocess.CompletedProcess[str]:
    """The tests by the other client; its output ends with pytest's own last lines."""
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
